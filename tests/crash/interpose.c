/* Stops, pauses or lets down the process that armed it at a chosen system call.

   Loaded with LD_PRELOAD. A process that nobody armed only pays for a comparison; neither children
   nor the programs that they become are armed, for they have another process id. Each call of a
   class is counted. The chosen one is its number in its class, or the one that a watcher chooses,
   which hears of each call of the first thread. What happens there is a `manner`.

   Sources: signal(7), write(2), rename(2), open(2), flock(2), vfork(2), ld.so(8).  */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum { LEDGER, WRITES, SYNCS, NAMES, CALLS, STARTS, OPENS, CLASSES, NONE = -1 };
enum { WHOLE, TORN, FULL, AFTER, INTERRUPTED, PAUSED, READONLY, JUMPED };
enum { PASSES, DIES, REFUSED, DIES_AFTER };
enum { LOCKS, NO_LOCKS, LOCKS_IN_NAME_ONLY };

typedef int watcher(int class, const char *name, int fd, const char *path, const char *other,
                    const void *data, long size, long at);
typedef void listener(long result);

static pid_t armed;
static int chosen = NONE, manner, let_down, busy, locks;
static long chosen_at, jump, skew, counts[CLASSES];
static watcher *watch;
static listener *hear;

/* What is set before a process is armed. */
void crash_watch(watcher *one, listener *other) { watch = one, hear = other; }
void crash_clock(long now, long later) { skew = now, jump = later; }
void crash_locks(int how) { locks = how; }

void crash_arm(int class, long at, int what)
{
    chosen = class;
    chosen_at = at;
    manner = what;
    let_down = 0;
    memset(counts, 0, sizeof counts);
    armed = getpid();
}

void crash_disarm(void) { armed = 0; }

long crash_count(int class) { return counts[class]; }

static int is_armed(void) { return armed && getpid() == armed; }

static void die(void)
{
    syscall(SYS_kill, getpid(), SIGKILL);
    for (;;)
        pause();
}

/* Whether this call is the chosen one. */
static int is_due(int class, const char *name, int fd, const char *path, const char *other,
                  const void *data, long size, long at)
{
    long count = __atomic_add_fetch(&counts[class], 1, __ATOMIC_SEQ_CST);
    if (!watch)
        return count == chosen_at && class == chosen;
    if (syscall(SYS_gettid) != armed)
        return 0;
    int before = errno;
    busy = 1;
    int due = watch(class, name, fd, path, other, data, size, at);
    busy = 0;
    errno = before;
    return due;
}

/* What becomes of a call of this class. */
static int fate(int class, const char *name, int fd, const char *path, const char *other,
                const void *data, long size, long at)
{
    if (class == NONE || !is_armed() || (busy && syscall(SYS_gettid) == armed))
        return PASSES;
    if (is_due(class, name, fd, path, other, data, size, at))
        switch (manner) {
        case AFTER:
            return DIES_AFTER;
        case INTERRUPTED:
            errno = EINTR;
            return REFUSED;
        case PAUSED:
            syscall(SYS_kill, getpid(), SIGSTOP);
            return PASSES;
        case JUMPED:
            skew = jump;
            return PASSES;
        case FULL:
        case READONLY:
            let_down = manner;
            break;
        default:
            return DIES;
        }
    int writes = class == LEDGER || class == WRITES;
    if (let_down == FULL && writes) {
        errno = ENOSPC;
        return REFUSED;
    }
    if (let_down == READONLY && (writes || class == NAMES || class == OPENS)) {
        errno = EROFS;
        return REFUSED;
    }
    return PASSES;
}

/* A call was made. */
static void made(int class, long result)
{
    if (!hear || class == NONE || !is_armed() || busy || syscall(SYS_gettid) != armed)
        return;
    int before = errno;
    busy = 1;
    hear(result);
    busy = 0;
    errno = before;
}

/* What a call on a descriptor is: standard output and error are none of it. */
static int class_of(int fd, int files)
{
    struct stat about;
    char name[64], path[4096];
    if (fd <= 2 || !is_armed() || fstat(fd, &about))
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

#define ON(fd) fd, NULL, NULL, NULL, 0, -1
#define OF(at, path, other) at, path, other, NULL, 0, -1

/* A call that is made, or is the end, or half of which may be made before the end. */
#define CALL(result, name, which, parameters, arguments, half, ...) \
    result name parameters \
    { \
        REAL(name); \
        int class = which; \
        int met = fate(class, #name, __VA_ARGS__); \
        if (met == DIES) { \
            half; \
            die(); \
        } \
        if (met == REFUSED) \
            return -1; \
        result got = real arguments; \
        made(class, got); \
        if (met == DIES_AFTER) \
            die(); \
        return got; \
    }

#define PLAIN(result, name, which, parameters, arguments, ...) \
    CALL(result, name, which, parameters, arguments, (void)0, __VA_ARGS__)

#define WRITE(name, parameters, arguments, half, ...) \
    CALL(ssize_t, name, class_of(fd, 1), parameters, arguments, \
         if (manner == TORN && size > 1 && real half < 0) die(), __VA_ARGS__)

WRITE(write, (int fd, const void *data, size_t size), (fd, data, size), (fd, data, size / 2),
      fd, NULL, NULL, data, size, -1)
WRITE(pwrite, (int fd, const void *data, size_t size, off_t at), (fd, data, size, at),
      (fd, data, size / 2, at), fd, NULL, NULL, data, size, at)
WRITE(pwrite64, (int fd, const void *data, size_t size, off64_t at), (fd, data, size, at),
      (fd, data, size / 2, at), fd, NULL, NULL, data, size, at)
WRITE(send, (int fd, const void *data, size_t size, int flags), (fd, data, size, flags),
      (fd, data, size / 2, flags), ON(fd))

PLAIN(ssize_t, writev, class_of(fd, 1), (int fd, const struct iovec *all, int count),
      (fd, all, count), ON(fd))
PLAIN(int, ftruncate, class_of(fd, 1), (int fd, off_t size), (fd, size), fd, NULL, NULL, NULL,
      size, -1)
PLAIN(int, ftruncate64, class_of(fd, 1), (int fd, off64_t size), (fd, size), fd, NULL, NULL, NULL,
      size, -1)
PLAIN(ssize_t, copy_file_range, class_of(to, 1),
      (int from, off64_t *at, int to, off64_t *there, size_t size, unsigned flags),
      (from, at, to, there, size, flags), ON(to))
PLAIN(ssize_t, sendfile, class_of(to, 1), (int to, int from, off_t *at, size_t size),
      (to, from, at, size), ON(to))
PLAIN(ssize_t, sendfile64, class_of(to, 1), (int to, int from, off64_t *at, size_t size),
      (to, from, at, size), ON(to))

PLAIN(int, fsync, SYNCS, (int fd), (fd), ON(fd))
PLAIN(int, fdatasync, SYNCS, (int fd), (fd), ON(fd))

PLAIN(int, rename, NAMES, (const char *here, const char *there), (here, there),
      OF(AT_FDCWD, here, there))
PLAIN(int, renameat, NAMES, (int at, const char *here, int to, const char *there),
      (at, here, to, there), OF(at, here, there))
PLAIN(int, link, NAMES, (const char *here, const char *there), (here, there),
      OF(AT_FDCWD, here, there))
PLAIN(int, unlink, NAMES, (const char *path), (path), OF(AT_FDCWD, path, NULL))
PLAIN(int, unlinkat, NAMES, (int at, const char *path, int flags), (at, path, flags),
      OF(at, path, NULL))
PLAIN(int, rmdir, NAMES, (const char *path), (path), OF(AT_FDCWD, path, NULL))
PLAIN(int, mkdir, NAMES, (const char *path, mode_t mode), (path, mode), OF(AT_FDCWD, path, NULL))
PLAIN(int, mkdirat, NAMES, (int at, const char *path, mode_t mode), (at, path, mode),
      OF(at, path, NULL))

/* A file that is opened to be made, or emptied. */
#define OPEN(name, parameters, at, arguments) \
    int name parameters \
    { \
        REAL(name); \
        mode_t mode = 0; \
        if (flags & (O_CREAT | O_TMPFILE)) { \
            va_list more; \
            va_start(more, flags); \
            mode = va_arg(more, mode_t); \
            va_end(more); \
        } \
        int class = flags & (O_CREAT | O_TRUNC) ? OPENS : NONE; \
        int met = fate(class, #name, at, path, NULL, NULL, flags, -1); \
        if (met == DIES) \
            die(); \
        if (met == REFUSED) \
            return -1; \
        int got = real arguments; \
        made(class, got); \
        if (met == DIES_AFTER) \
            die(); \
        return got; \
    }

OPEN(open, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(open64, (const char *path, int flags, ...), AT_FDCWD, (path, flags, mode))
OPEN(openat, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))
OPEN(openat64, (int at, const char *path, int flags, ...), at, (at, path, flags, mode))

PLAIN(int, connect, class_of(fd, 0), (int fd, const struct sockaddr *address, socklen_t size),
      (fd, address, size), ON(fd))
PLAIN(ssize_t, sendto, class_of(fd, 0),
      (int fd, const void *data, size_t size, int flags, const struct sockaddr *to, socklen_t length),
      (fd, data, size, flags, to, length), ON(fd))
PLAIN(ssize_t, sendmsg, class_of(fd, 0), (int fd, const struct msghdr *message, int flags),
      (fd, message, flags), ON(fd))
PLAIN(ssize_t, recv, class_of(fd, 0), (int fd, void *data, size_t size, int flags),
      (fd, data, size, flags), ON(fd))
PLAIN(ssize_t, recvfrom, class_of(fd, 0),
      (int fd, void *data, size_t size, int flags, struct sockaddr *from, socklen_t *length),
      (fd, data, size, flags, from, length), ON(fd))
PLAIN(ssize_t, read, class_of(fd, 0), (int fd, void *data, size_t size), (fd, data, size), ON(fd))

PLAIN(int, posix_spawn, STARTS,
      (pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions,
       const posix_spawnattr_t *attributes, char *const *argv, char *const *environment),
      (pid, path, actions, attributes, argv, environment), OF(AT_FDCWD, path, NULL))

/* The counting would return through the frame that a vfork shares: a fork is always right. */
PLAIN(pid_t, fork, STARTS, (void), (), OF(AT_FDCWD, NULL, NULL))

pid_t vfork(void) { return fork(); }

/* A state folder on a file system without locks, which says so or does not even say so. */
static int is_locked_out(int fd)
{
    char name[64], path[4096];
    if (locks == LOCKS || !is_armed())
        return 0;
    snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(name, path, sizeof path - 1);
    path[length < 0 ? 0 : length] = 0;
    if (!strstr(path, "/.preflight/"))
        return 0;
    errno = ENOLCK;
    return 1;
}

int flock(int fd, int operation)
{
    REAL(flock);
    if (is_locked_out(fd))
        return locks == NO_LOCKS ? -1 : 0;
    return real(fd, operation);
}

#define CONTROL(name) \
    int name(int fd, int command, ...) \
    { \
        REAL(name); \
        va_list more; \
        va_start(more, command); \
        void *argument = va_arg(more, void *); \
        va_end(more); \
        int is_lock = command == F_SETLK || command == F_SETLKW || command == F_OFD_SETLK || \
                      command == F_OFD_SETLKW; \
        if (is_lock && is_locked_out(fd)) \
            return locks == NO_LOCKS ? -1 : 0; \
        return real(fd, command, argument); \
    }

CONTROL(fcntl)
CONTROL(fcntl64)

/* The clock on the wall, which somebody may set; the one that only runs stays as it is. */
int clock_gettime(clockid_t which, struct timespec *now)
{
    int failed = syscall(SYS_clock_gettime, which, now);
    if (!failed && which == CLOCK_REALTIME && skew && is_armed())
        now->tv_sec += skew;
    return failed;
}
