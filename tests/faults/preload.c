/* Stands between a server and the machine, by LD_PRELOAD.

   It records every write, truncation, synchronisation, renaming and removal, and every answer that leaves the process,
   in the order in which they happened, so that a power cut can be replayed at each of them. It makes chosen calls fail,
   as a dying or a full disk does. And it sets the wall clock wrong.

   FAULTS_FILES    the path of the database; files whose path begins with it are watched, and their folder
   FAULTS_RECORD   where to record; without it nothing is recorded
   FAULTS_CONTROL  a file that holds a struct control, shared with whoever decides what fails; without it nothing does

   (libfaketime sets clocks, too. It also replaces what threads wait with: under it the server took seconds to answer.) */

#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum kind { WRITE = 1, TRUNCATE = 2, SYNC = 4 };

struct control {
    int32_t kinds;     /* which calls count */
    int32_t countdown; /* the call that brings it to 0 fails */
    int32_t error;     /* with this errno */
    int32_t lasting;   /* and all that follow, too */
    int32_t failed;    /* how many calls have failed */
    int32_t ahead;     /* seconds by which the wall clock is wrong */
};

struct head {
    uint32_t what; /* W write, T truncate, B a synchronisation begins, S it is done, U remove, R rename, A answer */
    uint32_t name_length;
    uint64_t offset;
    uint64_t length;
};

static const char *files;
static size_t files_length;
static char folder[PATH_MAX];
static int record_fd = -1;
static struct control *control;

static int raw_open(const char *path, int flags) { return (int)syscall(SYS_openat, AT_FDCWD, path, flags, 0600); }

__attribute__((constructor)) static void begin(void) {
    const char *record = getenv("FAULTS_RECORD"), *shared = getenv("FAULTS_CONTROL");
    files = getenv("FAULTS_FILES");
    if (!files)
        return;
    files_length = strlen(files);
    snprintf(folder, sizeof folder, "%s", files);
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = 0;
    if (record)
        record_fd = raw_open(record, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC);
    if (shared) {
        int fd = raw_open(shared, O_RDWR | O_CLOEXEC);
        void *page = mmap(0, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
        control = page == MAP_FAILED ? 0 : page;
    }
}

static int watched_path(const char *path) {
    return files && (strncmp(path, files, files_length) == 0 || strcmp(path, folder) == 0);
}

/* What is behind a descriptor: a path, or such as "socket:[17]"; empty when nobody wants to know. */
static const char *behind(int fd, char path[PATH_MAX]) {
    char link[32];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = files && fd != record_fd ? readlink(link, path, PATH_MAX - 1) : 0;
    path[length < 0 ? 0 : length] = 0;
    return path;
}

/* The path behind a descriptor, if it is one of the files that are watched. */
static int watched(int fd, char path[PATH_MAX]) { return watched_path(behind(fd, path)); }

static int is_socket(const char *path) { return strncmp(path, "socket:", 7) == 0; }

static void record(char what, const char *path, uint64_t offset, const void *bytes, uint64_t length) {
    if (record_fd < 0)
        return;
    struct head head = {(uint32_t)what, (uint32_t)strlen(path), offset, length};
    struct iovec parts[3] = {{&head, sizeof head}, {(void *)path, head.name_length}, {(void *)bytes, length}};
    int saved = errno;
    /* One call to a file that is appended to: records of several threads do not mix. */
    if (syscall(SYS_writev, record_fd, parts, bytes ? 3 : 2) < 0)
        abort();
    errno = saved;
}

static int fails(enum kind kind) {
    if (!control || !(control->kinds & (int32_t)kind))
        return 0;
    int32_t left = __atomic_sub_fetch(&control->countdown, 1, __ATOMIC_SEQ_CST);
    if (left > 0 || (left < 0 && !control->lasting))
        return 0;
    __atomic_add_fetch(&control->failed, 1, __ATOMIC_SEQ_CST);
    errno = control->error;
    return 1;
}

#define REAL(result, name, ...)                                                                                        \
    static result (*real)(__VA_ARGS__);                                                                                \
    if (!real)                                                                                                         \
        real = (result(*)(__VA_ARGS__))dlsym(RTLD_NEXT, name)

#define PWRITE(name)                                                                                                   \
    ssize_t name(int fd, const void *bytes, size_t length, off_t offset) {                                             \
        REAL(ssize_t, #name, int, const void *, size_t, off_t);                                                        \
        char path[PATH_MAX];                                                                                           \
        if (!watched(fd, path))                                                                                        \
            return real(fd, bytes, length, offset);                                                                    \
        if (fails(WRITE)) {                                                                                            \
            int error = errno;                                                                                         \
            ssize_t half = real(fd, bytes, length / 2, offset); /* what a disk does that gives up half-way */          \
            if (half > 0)                                                                                              \
                record('W', path, (uint64_t)offset, bytes, (uint64_t)half);                                            \
            errno = error;                                                                                             \
            return -1;                                                                                                 \
        }                                                                                                              \
        ssize_t written = real(fd, bytes, length, offset);                                                             \
        if (written > 0)                                                                                               \
            record('W', path, (uint64_t)offset, bytes, (uint64_t)written);                                             \
        return written;                                                                                                \
    }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t write(int fd, const void *bytes, size_t length) {
    REAL(ssize_t, "write", int, const void *, size_t);
    char path[PATH_MAX];
    if (is_socket(behind(fd, path)))
        record('A', "", 0, bytes, length);
    if (!watched_path(path))
        return real(fd, bytes, length);
    if (fails(WRITE))
        return -1;
    off_t offset = lseek(fd, 0, SEEK_CUR);
    ssize_t written = real(fd, bytes, length);
    if (written > 0)
        record('W', path, (uint64_t)offset, bytes, (uint64_t)written);
    return written;
}

#define TRUNCATION(name)                                                                                               \
    int name(int fd, off_t length) {                                                                                   \
        REAL(int, #name, int, off_t);                                                                                  \
        char path[PATH_MAX];                                                                                           \
        if (!watched(fd, path))                                                                                        \
            return real(fd, length);                                                                                   \
        if (fails(TRUNCATE))                                                                                           \
            return -1;                                                                                                 \
        int result = real(fd, length);                                                                                 \
        if (result == 0)                                                                                               \
            record('T', path, (uint64_t)length, 0, 0);                                                                 \
        return result;                                                                                                 \
    }
TRUNCATION(ftruncate)
TRUNCATION(ftruncate64)

#define SYNCHRONISATION(name)                                                                                          \
    int name(int fd) {                                                                                                 \
        REAL(int, #name, int);                                                                                         \
        char path[PATH_MAX];                                                                                           \
        if (!watched(fd, path))                                                                                        \
            return real(fd);                                                                                           \
        if (fails(SYNC))                                                                                               \
            return -1;                                                                                                 \
        record('B', path, 0, 0, 0);                                                                                    \
        int result = real(fd);                                                                                         \
        if (result == 0)                                                                                               \
            record('S', path, 0, 0, 0);                                                                                \
        return result;                                                                                                 \
    }
SYNCHRONISATION(fsync)
SYNCHRONISATION(fdatasync)

int unlink(const char *path) {
    REAL(int, "unlink", const char *);
    int result = real(path);
    if (result == 0 && watched_path(path))
        record('U', path, 0, 0, 0);
    return result;
}

int rename(const char *from, const char *to) {
    REAL(int, "rename", const char *, const char *);
    int result = real(from, to);
    if (result == 0 && (watched_path(from) || watched_path(to)))
        record('R', from, 0, to, strlen(to));
    return result;
}

/* An answer is recorded before it leaves: nobody can have heard it earlier. (Sockets are also written to by write.) */
ssize_t send(int fd, const void *bytes, size_t length, int flags) {
    REAL(ssize_t, "send", int, const void *, size_t, int);
    if (files)
        record('A', "", 0, bytes, length);
    return real(fd, bytes, length, flags);
}

static void record_parts(const struct iovec *parts, size_t count) {
    size_t length = 0;
    for (size_t i = 0; i < count; i++)
        length += parts[i].iov_len;
    char *whole = malloc(length), *end = whole;
    for (size_t i = 0; whole && i < count; i++)
        end = mempcpy(end, parts[i].iov_base, parts[i].iov_len);
    record('A', "", 0, whole, length);
    free(whole);
}

ssize_t writev(int fd, const struct iovec *parts, int count) {
    REAL(ssize_t, "writev", int, const struct iovec *, int);
    char path[PATH_MAX];
    if (is_socket(behind(fd, path)))
        record_parts(parts, (size_t)count);
    else if (watched_path(path))
        abort(); /* SQLite has not done so yet; a recording without it would be wrong */
    return real(fd, parts, count);
}

ssize_t sendmsg(int fd, const struct msghdr *message, int flags) {
    REAL(ssize_t, "sendmsg", int, const struct msghdr *, int);
    if (files)
        record_parts(message->msg_iov, message->msg_iovlen);
    return real(fd, message, flags);
}

static time_t ahead(void) { return control ? __atomic_load_n(&control->ahead, __ATOMIC_SEQ_CST) : 0; }

int clock_gettime(clockid_t clock, struct timespec *now) {
    REAL(int, "clock_gettime", clockid_t, struct timespec *);
    int result = real(clock, now);
    if (result == 0 && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE))
        now->tv_sec += ahead();
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    REAL(int, "gettimeofday", struct timeval *restrict, void *restrict);
    int result = real(now, zone);
    if (result == 0)
        now->tv_sec += ahead();
    return result;
}

time_t time(time_t *now) {
    struct timespec current;
    clock_gettime(CLOCK_REALTIME, &current);
    if (now)
        *now = current.tv_sec;
    return current.tv_sec;
}
