/* Preloaded into nginx: a disk that takes PORTAL_SLOW_SYNC milliseconds for each fsync. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdlib.h>
#include <time.h>

static int (*real_fsync)(int);
static long milliseconds;

__attribute__((constructor)) static void find(void) {
  const char* text = getenv("PORTAL_SLOW_SYNC");
  milliseconds = text ? atol(text) : 0;
  real_fsync = (int (*)(int))dlsym(RTLD_NEXT, "fsync");
}

int fsync(int descriptor) {
  const struct timespec pause = {milliseconds / 1000, milliseconds % 1000 * 1000000};
  nanosleep(&pause, NULL);
  return real_fsync(descriptor);
}
