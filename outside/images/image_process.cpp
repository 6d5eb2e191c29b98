#include "images/image_process.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "files/image_header.hpp"
#include "images/render_logo.hpp"
#include "io/descriptor.hpp"

namespace portal::outside {
namespace {

constexpr std::size_t kMostBytes = 4 * 1024 * 1024;

// The reading end and the process; nothing when there is none.
struct Started {
  pid_t process;
  io::Descriptor output;
};

std::optional<Started> start(int source, const std::string& program) {
  std::array<int, 2> pipe{};
  if (::pipe2(pipe.data(), O_CLOEXEC) != 0) return std::nullopt;
  io::Descriptor output(pipe[0]);
  const io::Descriptor input(pipe[1]);
  posix_spawn_file_actions_t actions;
  posix_spawnattr_t attributes;
  if (::posix_spawn_file_actions_init(&actions) != 0) return std::nullopt;
  if (::posix_spawnattr_init(&attributes) != 0) {
    ::posix_spawn_file_actions_destroy(&actions);
    return std::nullopt;
  }
  // Signals that the courier takes by itself end the child as they end anybody.
  sigset_t none;
  sigset_t all;
  ::sigemptyset(&none);
  ::sigfillset(&all);
  ::posix_spawnattr_setsigmask(&attributes, &none);
  ::posix_spawnattr_setsigdefault(&attributes, &all);
  ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  ::posix_spawn_file_actions_adddup2(&actions, source, STDIN_FILENO);
  ::posix_spawn_file_actions_adddup2(&actions, input.number(), STDOUT_FILENO);
  ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
  std::string name = "portalctl";
  std::string command = "render-logo";
  std::array<char*, 3> arguments = {name.data(), command.data(), nullptr};
  std::array<char*, 1> environment = {nullptr};
  pid_t process = 0;
  const int failed =
      ::posix_spawn(&process, program.c_str(), &actions, &attributes, arguments.data(), environment.data());
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&actions);
  if (failed != 0) return std::nullopt;
  return Started{process, std::move(output)};
}

// Everything that comes; nothing when it is too much or takes too long.
std::optional<std::string> read_all(int descriptor, std::chrono::steady_clock::time_point end) {
  std::string all;
  std::string part(std::size_t{64} * 1024, '\0');
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
    pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
    if (left.count() <= 0) return std::nullopt;
    if (::poll(&entry, 1, static_cast<int>(left.count())) <= 0) continue;
    const ssize_t count = ::read(descriptor, part.data(), part.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return std::nullopt;
    if (count == 0) return all;
    all.append(part, 0, static_cast<std::size_t>(count));
    if (all.size() > kMostBytes) return std::nullopt;
  }
}

}  // namespace

Result<RenderedLogo> make_logo(int source, const std::string& program, std::chrono::milliseconds longest) {
  // The child reads from where the descriptor stands, which it shares with whoever opened it.
  if (::lseek(source, 0, SEEK_SET) != 0) return fail(ErrorCode::kInternal, "the picture cannot be read");
  std::optional<Started> started = start(source, program);
  if (!started) return fail(ErrorCode::kInternal, "the process for pictures cannot be started");
  std::optional<std::string> bytes = read_all(started->output.number(), std::chrono::steady_clock::now() + longest);
  if (!bytes) ::kill(started->process, SIGKILL);
  int status = 0;
  while (::waitpid(started->process, &status, 0) < 0 && errno == EINTR) {
  }
  if (!bytes) return fail(ErrorCode::kUnsupportedMediaType, "the picture took too long");
  if (WIFSIGNALED(status))
    return fail(ErrorCode::kUnsupportedMediaType,
                std::string("the picture ended the process that read it: ") + strsignal(WTERMSIG(status)));
  if (WEXITSTATUS(status) == std::to_underlying(RenderExit::kRefused))
    return fail(ErrorCode::kUnsupportedMediaType, "the picture is broken or too large");
  if (WEXITSTATUS(status) != 0) return fail(ErrorCode::kInternal, "the process for pictures does not work");
  const std::optional<files::ImageHeader> header = files::read_image_header(*bytes);
  if (!header || header->width > kLogoWidth || header->height > kLogoHeight)
    return fail(ErrorCode::kInternal, "the process for pictures made none");
  return RenderedLogo{
      .bytes = std::move(*bytes), .media_type = header->media_type, .width = header->width, .height = header->height};
}

}  // namespace portal::outside
