// The body of a request to an operation that takes a file. It is received only once the handler asks for it: whoever
// may not send one, or says of it what is not taken, is answered before it has cost anything.
#pragma once

#include <coroutine>
#include <memory>
#include <optional>
#include <utility>

#include "base/result.hpp"
#include "http/request.hpp"
#include "io/loop.hpp"

namespace portal::files {

class Body {
 public:
  // `on_wanted` is called at most once, from the loop. Without one there is no body to be had.
  Body(io::Loop& loop, io::Callback on_wanted) : loop_(loop), on_wanted_(on_wanted) {}
  Body(const Body&) = delete;
  Body& operator=(const Body&) = delete;

  // It has been received, or there is none, or it is lost.
  void take(Result<http::BodyFile> file) {
    file_ = std::move(file);
    if (waiter_) received_->post();
  }

  // co_await body.receive(), Result<http::BodyFile>; again: the same file at once. kInternal without a glue that reads.
  auto receive() { return Awaiter{*this}; }

 private:
  struct Awaiter {
    Body& body;
    bool await_ready() const noexcept { return body.file_.has_value() || !body.on_wanted_.function; }
    void await_suspend(std::coroutine_handle<> handle) {
      body.received_ = body.loop_.wake(
          {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
      body.waiter_ = this;
      if (body.wanted_) return;
      body.wanted_ = body.loop_.wake(body.on_wanted_);
      body.wanted_->post();
    }
    Result<http::BodyFile> await_resume() {
      body.waiter_ = nullptr;
      if (!body.file_) return fail(ErrorCode::kInternal, "nobody reads the body");
      return *body.file_;
    }
    ~Awaiter() {
      if (body.waiter_ != this) return;
      body.waiter_ = nullptr;
      body.received_.reset();
    }
  };

  io::Loop& loop_;
  io::Callback on_wanted_;
  std::optional<Result<http::BodyFile>> file_;
  std::unique_ptr<io::Wake> wanted_;
  std::unique_ptr<io::Wake> received_;
  Awaiter* waiter_ = nullptr;
};

}  // namespace portal::files
