/* SPDX-License-Identifier: MIT */
/* The names of hosts, in the order in which they were met. */
#include "config.h"
#include "base/hosts.h"

#include <stdio.h>
#include <string.h>
#include "base/memory.h"

static char *names[HOSTS_MOST]; /* kept until the end, as what is shown is */
static unsigned count;

unsigned hosts_number(const char *name)
{
    unsigned number = 0;
    if (!name || !*name)
        return 0;
    while (number < count && strcmp(names[number], name) != 0)
        number++;
    if (number == count && count < HOSTS_MOST)
        names[count++] = memory_text(name);
    return number < HOSTS_MOST ? number : HOSTS_MOST - 1;
}

bool hosts_several(void)
{
    return count > 1;
}

const char *hosts_name(int32_t id)
{
    unsigned host = id > 0 ? (unsigned)id >> HOSTS_BITS : 0;
    return hosts_several() && host < count ? names[host] : "";
}

const char *hosts_text(char buffer[HOSTS_TEXT], int32_t id)
{
    const char *name = hosts_name(id);
    snprintf(buffer, HOSTS_TEXT, "%d%s%s", (int)hosts_own(id), *name ? " on " : "", name);
    return buffer;
}
