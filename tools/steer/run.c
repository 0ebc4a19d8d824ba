/* SPDX-License-Identifier: MIT */
/* One steered run after the other, each in a process group of its own that is ended whole. */
#include "config.h"
#include "steer/run.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "cmd/paths.h"
#include "record/preload.h"
#include "base/memory.h"

enum { LOOK_MS = 10, STILL_MS = 1000 };

static int64_t now_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* --- the place of the plan and the log --- */

static int make_plan(struct steer_runner *runner)
{
    int fd = open(runner->plan_path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0 || ftruncate(fd, sizeof *runner->plan) < 0)
        return -errno;
    runner->plan = mmap(NULL, sizeof *runner->plan, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    close(fd);
    return runner->plan == MAP_FAILED ? -errno : 0;
}

int steer_begin(struct steer_runner *runner, char **trouble)
{
    const char *tmp = getenv("TMPDIR");
    char *preload = preload_find(trouble), *steer = paths_library("libthrum-steer.so");
    if (!preload || !steer) {
        if (preload)
            *trouble = memory_text("can't find libthrum-steer.so; is thrum installed whole?");
        free(preload);
        free(steer);
        return -ENOENT;
    }
    runner->preload = memory_format("%s:%s", steer, preload);
    free(preload);
    free(steer);
    snprintf(runner->directory, sizeof runner->directory, "%s/thrum-steer-XXXXXX", tmp && strlen(tmp) < 32 ? tmp : "/tmp");
    int err = mkdtemp(runner->directory) ? 0 : -errno;
    runner->plan_path = memory_format("%s/plan", runner->directory);
    runner->log_path = memory_format("%s/log", runner->directory);
    if (!err)
        err = make_plan(runner);
    if (err)
        *trouble = memory_format("%s: can't keep a plan there: %s", runner->directory, strerror(-err));
    return err;
}

void steer_end(struct steer_runner *runner)
{
    if (runner->plan && runner->plan != MAP_FAILED)
        munmap(runner->plan, sizeof *runner->plan);
    if (runner->plan_path)
        unlink(runner->plan_path);
    if (runner->log_path)
        unlink(runner->log_path);
    rmdir(runner->directory);
    free(runner->plan_path);
    free(runner->log_path);
    free(runner->preload);
    findings_free(&runner->log.findings);
    if (runner->log.symbols)
        symbols_free(runner->log.symbols);
}

/* --- one run --- */

static void clear(struct steer_runner *runner)
{
    struct steer *plan = runner->plan;
    plan->magic = STEER_MAGIC;
    atomic_store(&plan->given_up, 0);
    atomic_store(&plan->steps, 0);
    for (uint32_t i = 0; i < plan->role_count; i++) {
        atomic_store(&plan->roles[i].state, STEER_away);
        atomic_store(&plan->roles[i].pid, 0);
        atomic_store(&plan->roles[i].tid, 0);
    }
    unlink(runner->log_path);
    findings_free(&runner->log.findings);
    if (runner->log.symbols)
        symbols_free(runner->log.symbols);
    runner->log = (struct check_log){.symbols = symbols_new()};
}

/* In the new process. */
static _Noreturn void become(const struct steer_runner *runner)
{
    setpgid(0, 0);
    if (runner->quiet) {
        int nowhere = open("/dev/null", O_RDWR | O_CLOEXEC);
        dup2(nowhere, STDOUT_FILENO);
        dup2(nowhere, STDERR_FILENO);
    }
    setenv("THRUM_STEER", runner->plan_path, 1);
    setenv("THRUM_CHECK", "report", 1);
    setenv("THRUM_CHECK_LOG", runner->log_path, 1);
    setenv("THRUM_LTTNG", "off", 0);
    if (preload_set(runner->preload) == 0)
        execvp(runner->program[0], runner->program);
    _exit(errno == ENOENT ? 127 : 126);
}

static void read_log(struct steer_runner *runner, long *place)
{
    FILE *file = fopen(runner->log_path, "re");
    char *line = NULL;
    size_t size = 0;
    if (!file)
        return;
    fseek(file, *place, SEEK_SET);
    for (ssize_t length; (length = getline(&line, &size, file)) > 0 && line[length - 1] == '\n'; *place += length)
        check_log_take(&runner->log, line);
    free(line);
    fclose(file);
}

const struct finding *steer_happened(const struct steer_runner *runner)
{
    const struct findings *findings = &runner->log.findings;
    for (size_t i = 0; i < findings->count; i++) {
        enum finding_kind kind = findings->at[i].kind;
        if (findings->at[i].certainty == CERTAINTY_happened &&
            (kind == FINDING_deadlock || kind == FINDING_self_deadlock || kind == FINDING_communication))
            return &findings->at[i];
    }
    return NULL;
}

/* How often the roles' threads have run, all together; 0: not all of them stand, or one is gone. */
static uint64_t switches(const struct steer *plan)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < plan->role_count; i++) {
        char path[64], line[128];
        if (plan->mode != STEER_confirm || atomic_load(&plan->given_up) || atomic_load(&plan->roles[i].state) != STEER_stands)
            return 0;
        snprintf(path, sizeof path, "/proc/%d/task/%d/status", atomic_load(&plan->roles[i].pid), atomic_load(&plan->roles[i].tid));
        FILE *file = fopen(path, "re");
        unsigned long long count;
        if (!file)
            return 0;
        while (fgets(line, sizeof line, file))
            if (sscanf(line, "voluntary_ctxt_switches: %llu", &count) == 1 || sscanf(line, "nonvoluntary_ctxt_switches: %llu", &count) == 1)
                sum += count;
        fclose(file);
    }
    return sum;
}

static enum steer_outcome look(struct steer_runner *runner, pid_t child, int *status)
{
    int64_t begun = now_ms(), still_since = begun;
    uint64_t before = 0;
    long place = 0;
    for (;;) {
        pid_t ended = waitpid(child, status, WNOHANG);
        read_log(runner, &place);
        if (steer_happened(runner))
            return STEER_deadlock;
        if (ended == child)
            return STEER_ended;
        uint64_t now = switches(runner->plan);
        if (!now || now != before)
            still_since = now_ms();
        before = now;
        if (now && now_ms() - still_since >= STILL_MS)
            return STEER_still;
        if (now_ms() - begun >= runner->timeout_ms)
            return STEER_timeout;
        usleep(LOOK_MS * 1000);
    }
}

enum steer_outcome steer_run(struct steer_runner *runner, int *status)
{
    clear(runner);
    fflush(NULL);
    pid_t child = fork();
    if (child == 0)
        become(runner);
    if (child < 0)
        return STEER_cant_run;
    setpgid(child, child);
    enum steer_outcome outcome = look(runner, child, status);
    kill(-child, SIGKILL);
    if (outcome != STEER_ended)
        waitpid(child, status, 0);
    *status = WIFEXITED(*status) ? WEXITSTATUS(*status) : 128 + WTERMSIG(*status);
    if (outcome == STEER_ended && *status >= 126 && *status <= 127 && !atomic_load(&runner->plan->steps) && access(runner->log_path, F_OK) != 0)
        return STEER_cant_run;
    return outcome;
}
