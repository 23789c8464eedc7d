/* Kills the process that armed it, with SIGKILL, at a chosen system call.

   Loaded with LD_PRELOAD. A process that nobody armed only pays for a comparison; neither children
   nor the programs that they become are armed, for they have another process id. Each call of a
   class is counted, and the chosen one is not made: the process is gone before it or, for a write
   that is to be torn, after half of it. Or the disk is full from there on: the process lives, and
   no file takes a byte.

   Sources: signal(7), write(2), rename(2), vfork(2), ld.so(8).  */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { LEDGER, WRITES, SYNCS, NAMES, CALLS, STARTS, CLASSES, NONE = -1 };

static pid_t armed;
enum { WHOLE, TORN, FULL };
enum { PASSES, DIES, REFUSED };

static int chosen = NONE, how, filled;
static long chosen_at, counts[CLASSES];

void crash_arm(int class, long at, int manner)
{
    chosen = class;
    chosen_at = at;
    how = manner;
    filled = 0;
    memset(counts, 0, sizeof counts);
    armed = getpid();
}

void crash_disarm(void) { armed = 0; }

long crash_count(int class) { return counts[class]; }

/* Whether this call is the one at which the process ends. */
static int due(int class)
{
    if (class == NONE || !armed || getpid() != armed)
        return 0;
    return __atomic_add_fetch(&counts[class], 1, __ATOMIC_SEQ_CST) == chosen_at && class == chosen;
}

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}

/* What becomes of a call of this class: the chosen one is the end, or the disk is full from it on. */
static int fate(int class)
{
    if (due(class)) {
        if (how != FULL)
            return DIES;
        filled = 1;
    }
    if (!filled || !armed || getpid() != armed || (class != LEDGER && class != WRITES))
        return PASSES;
    errno = ENOSPC;
    return REFUSED;
}

/* What a call on a descriptor is: standard output and error are none of it. */
static int class_of(int fd, int files)
{
    struct stat about;
    char name[64], path[4096];
    if (!armed || fd <= 2 || getpid() != armed || fstat(fd, &about))
        return NONE;
    /* A pipe to a program is used by the first thread; another one wakes its own library. */
    if (S_ISFIFO(about.st_mode) && syscall(SYS_gettid) != getpid())
        return NONE;
    if (S_ISSOCK(about.st_mode) || S_ISFIFO(about.st_mode))
        return CALLS;
    if (!files || !S_ISREG(about.st_mode))
        return NONE;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    if (length < 0)
        return WRITES;
    path[length] = 0;
    return strstr(path, "/ledger.sqlite") ? LEDGER : WRITES;
}

#define REAL(name) \
    static __typeof__(name) *real; \
    if (!real) \
        real = (__typeof__(name) *)dlsym(RTLD_NEXT, #name)

/* A call that is made, or is the end. */
#define PLAIN(result, name, class, parameters, arguments) \
    result name parameters \
    { \
        REAL(name); \
        int met = fate(class); \
        if (met == DIES) \
            die(); \
        return met == REFUSED ? -1 : real arguments; \
    }

/* A write, half of which may be made before the end. */
#define WRITE(name, parameters, arguments, half) \
    ssize_t name parameters \
    { \
        REAL(name); \
        int met = fate(class_of(fd, 1)); \
        if (met == DIES) { \
            if (how == TORN && size > 1) \
                real half; \
            die(); \
        } \
        return met == REFUSED ? -1 : real arguments; \
    }

WRITE(write, (int fd, const void *data, size_t size), (fd, data, size), (fd, data, size / 2))
WRITE(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at),
      (fd, data, size / 2, at))
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at),
      (fd, data, size / 2, at))
WRITE(send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags),
      (fd, data, size / 2, flags))

PLAIN(ssize_t, writev, class_of(fd, 1), (int fd, const struct iovec *all, int count),
      (fd, all, count))
PLAIN(int, ftruncate, class_of(fd, 1), (int fd, off_t size), (fd, size))
PLAIN(int, ftruncate64, class_of(fd, 1), (int fd, off64_t size), (fd, size))
PLAIN(ssize_t, copy_file_range, class_of(to, 1),
      (int from, off64_t *at, int to, off64_t *there, size_t size, unsigned flags),
      (from, at, to, there, size, flags))
PLAIN(ssize_t, sendfile, class_of(to, 1), (int to, int from, off_t *at, size_t size),
      (to, from, at, size))
PLAIN(ssize_t, sendfile64, class_of(to, 1), (int to, int from, off64_t *at, size_t size),
      (to, from, at, size))

PLAIN(int, fsync, SYNCS, (int fd), (fd))
PLAIN(int, fdatasync, SYNCS, (int fd), (fd))

PLAIN(int, rename, NAMES, (const char *here, const char *there), (here, there))
PLAIN(int, renameat, NAMES, (int at, const char *here, int to, const char *there),
      (at, here, to, there))
PLAIN(int, link, NAMES, (const char *here, const char *there), (here, there))
PLAIN(int, unlink, NAMES, (const char *path), (path))
PLAIN(int, unlinkat, NAMES, (int at, const char *path, int flags), (at, path, flags))
PLAIN(int, rmdir, NAMES, (const char *path), (path))
PLAIN(int, mkdir, NAMES, (const char *path, mode_t mode), (path, mode))
PLAIN(int, mkdirat, NAMES, (int at, const char *path, mode_t mode), (at, path, mode))

PLAIN(int, connect, class_of(fd, 0), (int fd, const struct sockaddr *address, socklen_t size),
      (fd, address, size))
PLAIN(ssize_t, sendto, class_of(fd, 0),
      (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length),
      (fd, data, size, flags, to, length))
PLAIN(ssize_t, sendmsg, class_of(fd, 0), (int fd, const struct msghdr *message, int flags),
      (fd, message, flags))
PLAIN(ssize_t, recv, class_of(fd, 0), (int fd, void *data, size_t size, int flags),
      (fd, data, size, flags))
PLAIN(ssize_t, recvfrom, class_of(fd, 0),
      (int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *length),
      (fd, data, size, flags, from, length))
PLAIN(ssize_t, read, class_of(fd, 0), (int fd, void *data, size_t size), (fd, data, size))

PLAIN(int, posix_spawn, STARTS,
      (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
       const posix_spawnattr_t *attributes, char *const *argv, char *const *environment),
      (pid, path, actions, attributes, argv, environment))

/* The counting would return through the frame that a vfork shares: a fork is always right. */
PLAIN(pid_t, fork, STARTS, (void), ())

pid_t vfork(void) { return fork(); }
