/* peak [--space MIB] COMMAND...: runs it and prints "SECONDS MIB CPU": wall time, the largest memory it
 * held, and the processors' seconds. --space limits its address space (stacks, libraries and mappings
 * included). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

int main(int argc, char **argv)
{
    int at = 1;
    struct rlimit limit = {RLIM_INFINITY, RLIM_INFINITY};
    if (argc > 3 && strcmp(argv[1], "--space") == 0) {
        limit.rlim_cur = limit.rlim_max = (rlim_t)strtoul(argv[2], NULL, 10) << 20;
        at = 3;
    }
    if (at >= argc) {
        fprintf(stderr, "usage: peak [--space MIB] COMMAND...\n");
        return 2;
    }
    struct timespec start, end;
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t pid = fork();
    if (pid == 0) {
        if (limit.rlim_cur != RLIM_INFINITY && setrlimit(RLIMIT_AS, &limit) != 0)
            _exit(126);
        execvp(argv[at], argv + at);
        _exit(127);
    }
    int status;
    struct rusage usage;
    if (pid < 0 || wait4(pid, &status, 0, &usage) < 0)
        return 3;
    clock_gettime(CLOCK_MONOTONIC, &end);
    double cpu = (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                 1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
    printf("%.3f %.1f %.3f\n",
           (double)(end.tv_sec - start.tv_sec) + 1e-9 * (double)(end.tv_nsec - start.tv_nsec),
           (double)usage.ru_maxrss / 1024, cpu);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
