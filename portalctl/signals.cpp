#include "portalctl/signals.hpp"

#include <csignal>

#include <sys/signalfd.h>

namespace portal::portalctl {

io::Descriptor take_signals() {
  sigset_t signals;
  ::sigemptyset(&signals);
  for (const int number : {SIGTERM, SIGINT, SIGHUP}) ::sigaddset(&signals, number);
  ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  // A server that closes its end is an error of one transfer.
  ::signal(SIGPIPE, SIG_IGN);
  return io::Descriptor(::signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK));
}

}  // namespace portal::portalctl
