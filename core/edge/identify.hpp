// Who asks for what nginx serves beside the API (`portal_auth`): finds the account and confirms the session, with one
// round trip, or with none while `enter` has confirmed it a moment ago. Whether that is enough to be let in is decided
// by the glue, which knows the location's rule.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "auth/identity.hpp"
#include "edge/worker.hpp"
#include "http/cookie.hpp"
#include "http/request.hpp"

namespace portal::edge {

struct Question {
  http::Request request;
  std::string_view account_name;  // a host or a slug
  http::CookieMode cookies;
  access::Permissions needed;  // whoever lacks one is asked about anew before he is refused
};

struct Identified {
  std::shared_ptr<const access::Account> account;
  std::shared_ptr<const auth::Identity> identity;  // null: nobody is signed in
  // Another site made the browser ask for a change: then its cookie proves nothing, and was not looked at.
  bool cross_site = false;
};

// Without asking anybody: nothing when that does not suffice, or when it ends in something that is logged, for which
// the question has to tell its request id; here it need not. What is told stays known to the worker until it does
// something else.
std::optional<Result<Identified>> identify_at_once(Worker& worker, const Question& question);

class Identification {
 public:
  // What `question` views outlives the identification. `on_done` is called once, from the loop, never from inside
  // start().
  Identification(Worker& worker, const Question& question, io::Callback on_done);
  ~Identification();
  Identification(const Identification&) = delete;
  Identification& operator=(const Identification&) = delete;

  void start();
  // Once it is done. Errors are logged already.
  const Result<Identified>& result() const { return *result_; }

 private:
  Task<void> run();
  Task<Result<Identified>> identify();
  void finish(Result<Identified> result) noexcept;
  void on_deadline() noexcept;

  Worker& worker_;
  Question question_;
  io::Callback on_done_;
  std::unique_ptr<io::Timer> deadline_;
  std::unique_ptr<io::Wake> wake_;
  std::optional<Result<Identified>> result_;
  Task<void> root_;  // last: its frames use everything above
};

struct Refused {
  std::int64_t account_id;
  std::optional<std::int64_t> member_id;
  std::string_view request_id;
  std::string_view address;
};

// For the log of security events: somebody who is known, or whose request proves nothing, was not let in.
void record_refusal(Worker& worker, const Refused& refused, ErrorCode code) noexcept;

}  // namespace portal::edge
