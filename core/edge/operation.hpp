// One request on its way: finds the account, the route and the principal, decides the access rule, runs the handler and
// keeps the answer. The glue destroys it when the request ends, however it ends; that cancels whatever it waits for.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "cache/entry.hpp"
#include "edge/events.hpp"
#include "edge/route.hpp"
#include "edge/worker.hpp"
#include "files/body.hpp"
#include "http/request.hpp"
#include "http/response.hpp"

namespace portal::edge {

class Operation {
 public:
  // `request` and `account_name` (a host or a slug) are views that outlive the operation. `on_done` is called once,
  // from the loop, never from inside start(). So is `on_body_wanted`, where the route takes a file and its handler asks
  // for it: take_body() answers. `cache`: what came of looking into the worker's memory before; an answer is kept there
  // where it was missed.
  Operation(Worker& worker, const http::Request& request, std::string_view account_name, http::CookieMode cookies,
            io::Callback on_done, io::Callback on_body_wanted = {}, CacheOutcome cache = CacheOutcome::kOff);
  ~Operation();
  Operation(const Operation&) = delete;
  Operation& operator=(const Operation&) = delete;

  void start();
  void take_body(Result<http::BodyFile> file);
  bool done() const { return done_; }
  const http::Response& response() const { return response_; }
  // The response's body and entity tag, where it is one that can be kept: then the body of the response is empty.
  const std::optional<cache::Body>& body() const { return sent_body_; }
  // What came of looking into the worker's memory; kOff where the route's answers are never kept.
  CacheOutcome cache_outcome() const { return route_ && route_->depends.declared() ? cache_ : CacheOutcome::kOff; }
  // Once it is done: the file of its response is sent next, which is when whoever asks has opened it.
  void note_file();
  // Or that file cannot be sent, and `why` is for the log.
  void fail_file(std::string_view why) noexcept;
  // Empty until the account was found.
  std::string_view account_slug() const { return account_ ? std::string_view(account_->slug) : std::string_view(); }
  // How long the request has waited for the database, all its segments together.
  std::chrono::microseconds database_time() const { return database_time_; }

 private:
  // What a member, or somebody of the staff in the place of one, asks to open: it stands in the activity once it was
  // given.
  struct Opened {
    access::Member member;
    std::string_view kind;
    std::int64_t id;
    std::optional<access::Staff> viewer = {};
  };

  Task<void> run();
  Task<Result<http::Response>> answer();
  Task<Result<http::Response>> answer_visitor(Match match);
  Task<Result<http::Response>> answer_member(Match match);
  Task<Result<http::Response>> answer_staff(Match match);  // answer_staff.cpp
  Task<Result<http::Response>> ask(const Match& match, const access::Staff& staff, bool fresh);
  Task<Result<http::Response>> view(Match match, access::Staff staff);
  Task<Result<http::Response>> answer_key(Match match);
  enum class Source : std::uint8_t { kAny, kDatabase };
  Task<Result<auth::FoundSession>> find_session(access::SessionHash hash, Source source);
  Task<Result<http::Response>> ask(const Match& match, const access::Member& member, bool fresh);
  void conclude(Result<http::Response> answered);
  CachedAnswers::Pending before_asking(const Route& route, const access::Member& member) const;
  void represent(const access::Member& member, const CachedAnswers::Pending& pending, http::Response& response);
  void mark_written(http::Response& response) const;
  Result<void> decide(const Route& route, const access::Member& member) const;
  Result<void> check_request(const Route& route) const;
  std::int64_t content_length() const;
  http::Response problem_of(Error error);
  access::Lanes lanes();
  void finish(http::Response response) noexcept;
  enum class Count : std::uint8_t { kUp, kDown };
  void count_answer(Count count) noexcept;
  void record(SecurityEvent event, std::string_view reason) noexcept;
  void record_success(const http::Response& response) noexcept;
  void finish_with(Error error) noexcept;
  void on_deadline() noexcept;
  void on_body_wanted() noexcept;

  Worker& worker_;
  http::Request request_;
  std::string_view account_name_;
  http::CookieMode cookies_;
  io::Callback on_done_;
  io::Callback on_body_wanted_;
  CacheOutcome cache_;
  files::Body body_;
  std::shared_ptr<const access::Account> account_;
  std::unique_ptr<io::Timer> deadline_;
  std::unique_ptr<io::Wake> wake_;
  const Route* route_ = nullptr;
  io::MonotonicTime started_;
  Subject subject_;
  std::unique_ptr<const Opened> opened_;  // few requests have one
  http::Response response_;
  cache::EntryPointer entry_;  // holds what `sent_body_` views
  std::optional<cache::Body> sent_body_;
  std::chrono::milliseconds session_left_{0};
  std::chrono::microseconds database_time_{0};
  bool done_ = false;
  bool changed_ = false;  // see access::Lanes
  Task<void> root_;       // last: its frames use everything above
};

}  // namespace portal::edge
