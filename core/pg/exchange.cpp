#include "pg/exchange.hpp"

#include <exception>

namespace portal::pg {

void Exchange::finish(std::optional<Error> failure) noexcept {
  if (finished) return;
  finished = true;
  error = std::move(failure);
  if (error) rows.clear();
  if (!abandoned && wake) wake->post();
}

void Exchange::fail(ErrorCode code, std::string_view why, bool reported) noexcept {
  Error failure = Error::of(code);
  try {
    failure.log_detail = why;
  } catch (const std::exception&) {
    failure.log_detail.clear();
  }
  failure.reported = reported;
  finish(std::move(failure));
}

void ExchangeQueue::push_back(std::shared_ptr<Exchange> exchange) noexcept {
  Exchange* const added = exchange.get();
  (last_ ? last_->next : first_) = std::move(exchange);
  last_ = added;
  ++size_;
}

std::shared_ptr<Exchange> ExchangeQueue::pop_front() noexcept {
  std::shared_ptr<Exchange> taken = std::move(first_);
  first_ = std::move(taken->next);
  if (!first_) last_ = nullptr;
  --size_;
  return taken;
}

void ExchangeQueue::prepend(ExchangeQueue& other) noexcept {
  other.append(*this);
  std::swap(first_, other.first_);
  std::swap(last_, other.last_);
  std::swap(size_, other.size_);
}

void ExchangeQueue::append(ExchangeQueue& other) noexcept {
  if (other.empty()) return;
  (last_ ? last_->next : first_) = std::move(other.first_);
  last_ = std::exchange(other.last_, nullptr);
  size_ += std::exchange(other.size_, 0);
}

void ExchangeQueue::remove(const std::shared_ptr<Exchange>& exchange) noexcept {
  Exchange* before = nullptr;
  for (std::shared_ptr<Exchange>* each = &first_; *each; each = &(*each)->next) {
    if (*each == exchange) {
      const std::shared_ptr<Exchange> removed = std::move(*each);
      *each = std::move(removed->next);
      if (last_ == removed.get()) last_ = before;
      --size_;
      return;
    }
    before = each->get();
  }
}

void ExchangeQueue::clear() noexcept {
  // One by one: a chain of a thousand would be destroyed by as many calls inside each other.
  while (!empty()) pop_front();
}

}  // namespace portal::pg
