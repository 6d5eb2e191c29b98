// Programs that tests start: by path and words, never through a shell.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace portal::test {

// Words before a command that must not run as root; empty for anybody else. The command gets SIGINT when the test
// program dies.
std::vector<std::string> as_server_user();

// Starts a program whose output goes to the end of a file. Throws std::system_error.
pid_t start_program(const std::vector<std::string>& words, const std::string& output_file);
// Waits for it. Throws std::runtime_error, with the output, unless it exits with 0.
void run_program(const std::vector<std::string>& words, const std::string& output_file);
// The exit status; -1 when a signal ended it.
int wait_for_program(pid_t program);

}  // namespace portal::test
