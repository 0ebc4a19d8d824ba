/* SPDX-License-Identifier: MIT */
/* Reads thrum's environment variables. */
#include "core/env.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>

#include "core/backtrace.h"
#include "core/log.h"

static enum env_switch env_read_switch(const char *name)
{
    const char *value = getenv(name);

    if (!value || !*value || strcmp(value, "auto") == 0)
        return ENV_AUTO;
    if (strcmp(value, "on") == 0 || strcmp(value, "1") == 0)
        return ENV_ON;
    if (strcmp(value, "off") == 0 || strcmp(value, "0") == 0)
        return ENV_OFF;
    log_line(name, "=", value, " isn't on, off or auto: taken as auto", NULL);
    return ENV_AUTO;
}

static enum env_check env_read_check(enum env_check usual)
{
    static const char *const words[] = {[ENV_CHECK_OFF] = "off", [ENV_CHECK_REPORT] = "report", [ENV_CHECK_ABORT] = "abort",
                                        [ENV_CHECK_BREAK] = "break"};
    const char *value = getenv("THRUM_CHECK");

    if (!value || !*value)
        return usual;
    for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
        if (strcmp(value, words[i]) == 0)
            return (enum env_check)i;
    log_line("THRUM_CHECK=", value, " isn't report, abort, break or off: taken as report", NULL);
    return ENV_CHECK_REPORT;
}

/* A name, with or without SIG, or a number. */
static int env_read_signal(const char *name)
{
    const char *value = getenv(name), *word;
    char *end;
    long number;

    if (!value || !*value)
        return 0;
    number = strtol(value, &end, 10);
    if (!*end && number > 0 && number < NSIG)
        return (int)number;
    word = strncmp(value, "SIG", 3) == 0 ? value + 3 : value;
    for (int i = 1; i < NSIG; i++)
        if (sigabbrev_np(i) && strcmp(sigabbrev_np(i), word) == 0)
            return i;
    log_line(name, "=", value, " isn't a signal such as USR1 or 10: not used", NULL);
    return 0;
}

static unsigned env_read_stack(void)
{
    const char *value = getenv("THRUM_STACK");
    char *end;
    unsigned long depth;

    if (!value || !*value)
        return BACKTRACE_DEFAULT;
    depth = strtoul(value, &end, 10);
    if (*end || *value == '-' || depth > BACKTRACE_MAX) {
        log_line("THRUM_STACK=", value, " isn't a number of calls that can be kept: the default is", NULL);
        return BACKTRACE_DEFAULT;
    }
    return (unsigned)depth;
}

/* Bytes: a number, with K, M, G or T behind it for powers of 1024. */
static uint64_t env_read_size(const char *name)
{
    static const char units[] = "KMGT";
    const char *value = getenv(name), *unit;
    unsigned long long size;
    char *end;

    if (!value || !*value)
        return 0;
    size = strtoull(value, &end, 10);
    unit = *end ? strchr(units, *end) : NULL;
    if (*value >= '0' && *value <= '9' && (!*end || (unit && !end[1])))
        return unit ? size << 10 * (unit - units + 1) : size;
    log_line(name, "=", value, " isn't a size such as 512K or 64M: not used", NULL);
    return 0;
}

/* A number of seconds, also 0.5, as nanoseconds; 0 where there is none. */
static int64_t env_read_seconds(const char *name)
{
    const char *value = getenv(name), *at = value;
    int64_t result = 0, unit = 1000000000;

    if (!value || !*value)
        return 0;
    for (; *at >= '0' && *at <= '9' && result < INT64_MAX / 20 / unit; at++)
        result = 10 * result + (*at - '0');
    result *= unit;
    if (*at == '.')
        for (at++; *at >= '0' && *at <= '9'; at++)
            result += (*at - '0') * (unit /= 10);
    if (!*at && at > value)
        return result;
    log_line(name, "=", value, " isn't a number of seconds: not used", NULL);
    return 0;
}

void env_read(struct env *env, bool preloaded)
{
    *env = (struct env){.off = true};
    if (getauxval(AT_SECURE))
        return;
    env->off = env_read_switch("THRUM") == ENV_OFF;
    env->lttng = env_read_switch("THRUM_LTTNG");
    env->check_log = getenv("THRUM_CHECK_LOG");
    env->python = env_read_switch("THRUM_PYTHON") != ENV_OFF;
    env->check_edges = env_read_switch("THRUM_CHECK_EDGES") == ENV_ON;
    env->dump_signal = env_read_signal("THRUM_DUMP_SIGNAL");
    env->stall = env_read_seconds("THRUM_STALL");
    env->held = env_read_seconds("THRUM_HELD");
    env->stack = env_read_stack();
    env->record = getenv("THRUM_RECORD");
    if (env->record && !*env->record)
        env->record = NULL;
    /* A recording tells all that there is to find, later and with proof; meanwhile it is to cost as little as it can. */
    env->check = env_read_check(preloaded && !env->record ? ENV_CHECK_REPORT : ENV_CHECK_OFF);
    env->ring = env_read_size("THRUM_RECORD_RING");
    env->max_size = env_read_size("THRUM_RECORD_MAX");
}
