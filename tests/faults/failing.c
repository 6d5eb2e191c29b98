/* Preloaded into nginx: lets the n-th allocation, send or receive of one process fail.
 *
 * PORTAL_FAILING names a file that the test maps too: which calls count, in which process, how many are left until one
 * fails, and how many have failed. Calls on anything but sockets do not count: the kernel does not fail them. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

enum { ALLOCATION = 1, SEND = 2, RECEIVE = 4 };

struct control {
  int32_t kinds;
  int32_t process;
  int64_t left;
  int64_t failed;
};

static struct control* control;

void* __libc_malloc(size_t size);
void* __libc_calloc(size_t count, size_t size);
void* __libc_realloc(void* memory, size_t size);
void* __libc_memalign(size_t alignment, size_t size);

__attribute__((constructor)) static void find_control(void) {
  const char* path = getenv("PORTAL_FAILING");
  if (!path) return;
  const int file = open(path, O_RDWR | O_CLOEXEC);
  if (file < 0) return;
  void* mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (mapped != MAP_FAILED) control = mapped;
}

static int fails(int kind) {
  if (!control || !(__atomic_load_n(&control->kinds, __ATOMIC_ACQUIRE) & kind)) return 0;
  if (control->process != (int32_t)getpid()) return 0;
  if (__atomic_sub_fetch(&control->left, 1, __ATOMIC_ACQ_REL) != 0) return 0;
  __atomic_add_fetch(&control->failed, 1, __ATOMIC_ACQ_REL);
  return 1;
}

static int socket_fails(int descriptor, int kind, int error) {
  if (!control || !(__atomic_load_n(&control->kinds, __ATOMIC_ACQUIRE) & kind)) return 0;
  struct stat status;
  const int before = errno;
  if (fstat(descriptor, &status) != 0 || !S_ISSOCK(status.st_mode)) {
    errno = before;
    return 0;
  }
  errno = before;
  if (!fails(kind)) return 0;
  /* Such an error means that the connection is gone, for both sides. */
  shutdown(descriptor, SHUT_RDWR);
  errno = error;
  return 1;
}

void* malloc(size_t size) {
  if (fails(ALLOCATION)) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_malloc(size);
}

void* calloc(size_t count, size_t size) {
  if (fails(ALLOCATION)) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_calloc(count, size);
}

void* realloc(void* memory, size_t size) {
  if (fails(ALLOCATION)) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_realloc(memory, size);
}

void* memalign(size_t alignment, size_t size) {
  if (fails(ALLOCATION)) {
    errno = ENOMEM;
    return NULL;
  }
  return __libc_memalign(alignment, size);
}

void* aligned_alloc(size_t alignment, size_t size) { return memalign(alignment, size); }

int posix_memalign(void** memory, size_t alignment, size_t size) {
  void* got = memalign(alignment, size);
  if (!got) return ENOMEM;
  *memory = got;
  return 0;
}

#define REAL(name)                                                  \
  __extension__({                                                   \
    static __typeof__(&name) found;                                 \
    if (!found) found = (__typeof__(&name))dlsym(RTLD_NEXT, #name); \
    found;                                                          \
  })

ssize_t send(int descriptor, const void* data, size_t size, int flags) {
  if (socket_fails(descriptor, SEND, EPIPE)) return -1;
  return REAL(send)(descriptor, data, size, flags);
}

ssize_t sendmsg(int descriptor, const struct msghdr* message, int flags) {
  if (socket_fails(descriptor, SEND, EPIPE)) return -1;
  return REAL(sendmsg)(descriptor, message, flags);
}

ssize_t write(int descriptor, const void* data, size_t size) {
  if (socket_fails(descriptor, SEND, EPIPE)) return -1;
  return REAL(write)(descriptor, data, size);
}

ssize_t writev(int descriptor, const struct iovec* parts, int count) {
  if (socket_fails(descriptor, SEND, EPIPE)) return -1;
  return REAL(writev)(descriptor, parts, count);
}

ssize_t sendfile64(int descriptor, int file, off_t* offset, size_t size) {
  if (socket_fails(descriptor, SEND, EPIPE)) return -1;
  return REAL(sendfile64)(descriptor, file, offset, size);
}

ssize_t sendfile(int descriptor, int file, off_t* offset, size_t size) {
  if (socket_fails(descriptor, SEND, EPIPE)) return -1;
  return REAL(sendfile)(descriptor, file, offset, size);
}

ssize_t recv(int descriptor, void* data, size_t size, int flags) {
  if (socket_fails(descriptor, RECEIVE, ECONNRESET)) return -1;
  return REAL(recv)(descriptor, data, size, flags);
}

ssize_t recvmsg(int descriptor, struct msghdr* message, int flags) {
  if (socket_fails(descriptor, RECEIVE, ECONNRESET)) return -1;
  return REAL(recvmsg)(descriptor, message, flags);
}

ssize_t read(int descriptor, void* data, size_t size) {
  if (socket_fails(descriptor, RECEIVE, ECONNRESET)) return -1;
  return REAL(read)(descriptor, data, size);
}

ssize_t readv(int descriptor, const struct iovec* parts, int count) {
  if (socket_fails(descriptor, RECEIVE, ECONNRESET)) return -1;
  return REAL(readv)(descriptor, parts, count);
}
