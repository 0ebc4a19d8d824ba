/* SPDX-License-Identifier: MIT */
/*
 * A program that has CPython within: runs a script in threads that aren't the main one, in one interpreter after the other and in
 * one below another. Built with -DLOADED it loads the library that is its second argument, and unloads it.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static struct {
    void (*begin)(void);
    int (*end)(void);
    int (*run)(const char *);
    void *(*below)(void);
    void (*end_below)(void *);
} python;
static char script[1 << 14];

#ifdef LOADED
static void find(void *library)
{
    *(void **)&python.begin = dlsym(library, "Py_Initialize");
    *(void **)&python.end = dlsym(library, "Py_FinalizeEx");
    *(void **)&python.run = dlsym(library, "PyRun_SimpleString");
    *(void **)&python.below = dlsym(library, "Py_NewInterpreter");
    *(void **)&python.end_below = dlsym(library, "Py_EndInterpreter");
}
#else
void Py_Initialize(void);
int Py_FinalizeEx(void);
int PyRun_SimpleString(const char *);
void *Py_NewInterpreter(void);
void Py_EndInterpreter(void *);
void *PyThreadState_Get(void);
void *PyThreadState_Swap(void *);
#endif

static int run_below(void)
{
    int result = 0;
#ifndef LOADED
    void *main_thread = PyThreadState_Get(), *below = python.below();

    result = python.run(script);
    python.end_below(below);
    PyThreadState_Swap(main_thread);
#endif
    return result;
}

static void *run(void *unused)
{
    int result;

    (void)unused;
    python.begin();
    result = python.run(script) | run_below();
    return python.end() || result ? &python : NULL;
}

int main(int count, char **arguments)
{
    FILE *file = fopen(arguments[1], "r");
    void *failed = NULL;
    pthread_t thread;

    if (!file || !fread(script, 1, sizeof(script) - 1, file))
        return 2;
    fclose(file);
    for (int i = 0; i < 2 && !failed; i++) {
#ifdef LOADED
        void *library = dlopen(arguments[2], RTLD_NOW | (i ? RTLD_GLOBAL : RTLD_LOCAL));
        if (count < 3 || !library)
            return 3;
        find(library);
#else
        (void)count;
        python.begin = Py_Initialize, python.end = Py_FinalizeEx, python.run = PyRun_SimpleString;
        python.below = Py_NewInterpreter, python.end_below = Py_EndInterpreter;
#endif
        pthread_create(&thread, NULL, run, NULL);
        pthread_join(thread, &failed);
#ifdef LOADED
        dlclose(library);
#endif
    }
    return failed != NULL;
}
