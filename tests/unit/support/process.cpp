#include "support/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <system_error>

namespace portal::test {

std::vector<std::string> as_server_user() {
  if (geteuid() != 0) return {"setpriv", "--pdeathsig", "INT", "--"};
  return {"setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig", "INT", "--"};
}

pid_t start_program(const std::vector<std::string>& words, const std::string& output_file) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output_file.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  posix_spawn_file_actions_adddup2(&files, STDOUT_FILENO, STDERR_FILENO);
  pid_t program = -1;
  const int failed = posix_spawnp(&program, arguments[0], &files, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::system_error(failed, std::system_category(), words[0]);
  return program;
}

int wait_for_program(pid_t program) {
  int status = 0;
  while (waitpid(program, &status, 0) < 0) {
    if (errno != EINTR) throw std::system_error(errno, std::system_category(), "waitpid");
  }
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void run_program(const std::vector<std::string>& words, const std::string& output_file) {
  if (const int status = wait_for_program(start_program(words, output_file)); status != 0) {
    std::ostringstream output;
    output << std::ifstream(output_file).rdbuf();
    throw std::runtime_error(words[0] + " ended with " + std::to_string(status) + ":\n" + output.str());
  }
}

}  // namespace portal::test
