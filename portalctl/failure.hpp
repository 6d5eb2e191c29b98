// portalctl, the command line for whoever runs the server: it works on the database as portal_maintenance and speaks in
// plain sentences.
//
// This header: why a command did not do what it was asked, as its user reads it.
#pragma once

#include <expected>
#include <string>
#include <utility>

#include "base/error.hpp"

namespace portal::portalctl {

enum class ExitCode : int { kDone = 0, kFailed = 1, kUsage = 2 };

struct [[nodiscard]] Failure {
  std::string sentence;
  std::string detail;    // what PostgreSQL said, only shown with --verbose
  std::string sqlstate;  // empty when the database had nothing to do with it
  ExitCode exit_code = ExitCode::kFailed;
};

template <class T>
using Outcome = std::expected<T, Failure>;

inline std::unexpected<Failure> failed(std::string sentence, std::string detail = {}) {
  return std::unexpected(Failure{.sentence = std::move(sentence), .detail = std::move(detail), .sqlstate = {}});
}

// For what the user wrote and must write otherwise.
inline std::unexpected<Failure> misused(std::string sentence) {
  return std::unexpected(
      Failure{.sentence = std::move(sentence), .detail = {}, .sqlstate = {}, .exit_code = ExitCode::kUsage});
}

inline std::unexpected<Failure> failed(Failure failure) { return std::unexpected(std::move(failure)); }

// A failure of the core; its log text is for operators, and who runs portalctl is one.
inline std::unexpected<Failure> failed(const std::string& what, const Error& error) {
  const std::string reason = error.log_detail.empty() ? std::string(properties_of(error.code).title) : error.log_detail;
  return failed(what + ": " + reason + ".");
}

}  // namespace portal::portalctl
