/* SPDX-License-Identifier: MIT */
/* Expected output in files. */
#include "config.h"
#include "expect.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "suite.h"

static FILE *open_expected(const char *name, const char *mode, char path[4096])
{
    const char *source = getenv("srcdir");
    snprintf(path, 4096, "%s/unit/expected/%s.expect", source ? source : ".", name);
    FILE *file = fopen(path, mode);
    ck_assert_msg(file != NULL, "can't open %s", path);
    return file;
}

static void show_difference(const char *path, const char *text)
{
    char command[8192];
    snprintf(command, sizeof(command), "diff -u %s - | sed 's/^/# /'", path);
    FILE *diff = popen(command, "w");
    fputs(text, diff);
    pclose(diff);
}

void expect_text(const char *name, const char *text)
{
    static char expected[1 << 20];
    char path[4096];
    const char *what = getenv("THRUM_EXPECT");
    FILE *file = open_expected(name, what && strcmp(what, "write") == 0 ? "w" : "r", path);
    if (what && strcmp(what, "write") == 0) {
        fputs(text, file);
        fclose(file);
        return;
    }
    expected[fread(expected, 1, sizeof(expected) - 1, file)] = '\0';
    fclose(file);
    if (strcmp(expected, text) != 0) {
        show_difference(path, text);
        ck_abort_msg("it isn't what %s holds", path);
    }
}
