#include "redis/client.hpp"

#include <fmt/format.h>
#include <hiredis/hiredis.h>

#include <algorithm>
#include <array>
#include <iterator>

#include "base/limits.hpp"
#include "base/random.hpp"

namespace portal::redis {
namespace {

void append_command(std::string& bytes, const Command& command) {
  fmt::format_to(std::back_inserter(bytes), "*{}\r\n", command.size());
  for (const std::string& word : command) fmt::format_to(std::back_inserter(bytes), "${}\r\n{}\r\n", word.size(), word);
}

// Redis repeats the arguments of a command that it does not know, and those of AUTH are nothing for a log.
std::string without_arguments(std::string_view error) {
  return std::string(error.substr(0, error.find(", with args")));
}

std::unexpected<Error> doubt(std::string why) { return fail(ErrorCode::kCacheUnavailable, std::move(why)); }

}  // namespace

void Client::FreeReader::operator()(redisReader* reader) const noexcept { redisReaderFree(reader); }

Client::Client(io::Loop& loop, Options options, Log& log)
    : loop_(loop),
      options_(std::move(options)),
      log_(log),
      timer_(loop.timer(io::Callback::to<&Client::on_timer>(this))) {
  on_timer();  // the pause before the first try is over
}

Client::~Client() {
  told_ = true;
  lose("closing");
}

Result<void> Client::connect() {
  ++figures_.connects;
  reader_.reset(redisReaderCreate());
  if (!reader_) throw std::bad_alloc();
  Result<Socket> made = Socket::connect(options_.address);
  if (!made) return fail(std::move(made.error()));
  socket_ = std::move(*made);
  state_ = State::kConnecting;
  watch_ = loop_.watch(socket_.descriptor(), io::Callback::to<&Client::on_ready>(this));
  watch_->set(io::Interest::kWrite);
  timer_->start(options_.connect_timeout);
  return {};
}

// Requests are not sent here before it has answered as fast as they need it.
Result<void> Client::start_probe() {
  state_ = State::kProbing;
  writing_ = true;  // what the watch was told
  timer_->stop();
  if (!options_.password.empty()) {
    if (Result<void> sent = send({"AUTH", options_.password}, std::make_shared<Exchange>()); !sent) return sent;
  }
  return send({"PING"}, std::make_shared<Exchange>());
}

Result<void> Client::submit(const Command& command, const std::shared_ptr<Exchange>& exchange) noexcept {
  if (state_ != State::kReady || in_flight_.size() >= options_.in_flight) {
    ++figures_.refused;
    return fail(ErrorCode::kCacheUnavailable);
  }
  ++figures_.commands;
  try {
    Result<void> sent = send(command, exchange);
    if (!sent) lose(sent.error().log_detail);
    return sent;
  } catch (const std::exception& failure) {
    lose(failure.what());  // half of it may stand in the output
  }
  return fail(ErrorCode::kCacheUnavailable);
}

Result<void> Client::send(const Command& command, const std::shared_ptr<Exchange>& exchange) {
  exchange->number = next_number_++;
  exchange->sent_at = loop_.now();
  in_flight_.push_back(exchange);
  append_command(output_, command);
  append_command(output_, {"ECHO", std::to_string(exchange->number)});
  arm();
  return flush();
}

void Client::post(const Command& command) noexcept {
  try {
    // What was refused is counted, and missed by nobody.
    [[maybe_unused]] const Result<void> ignored = submit(command, std::make_shared<Exchange>());
  } catch (const std::exception&) {
    ++figures_.refused;
  }
}

void Client::abandon(const std::shared_ptr<Exchange>& exchange) noexcept {
  exchange->wake.reset();
  if (std::ranges::find(in_flight_, exchange) != in_flight_.end()) lose("a command was left alone");
}

void Client::on_ready() noexcept {
  try {
    if (const Result<void> worked = work(); !worked) lose(worked.error().log_detail);
  } catch (const std::exception& failure) {
    lose(failure.what());
  }
}

Result<void> Client::work() {
  if (state_ == State::kConnecting) {
    if (Result<void> finished = socket_.finished(); !finished) return finished;
    return start_probe();
  }
  if (writing_) {
    if (Result<void> flushed = flush(); !flushed) return flushed;
  }
  return receive();
}

Result<void> Client::flush() {
  while (!output_.empty()) {
    const Result<std::size_t> sent = socket_.send(output_);
    if (!sent) return fail(sent.error());
    if (*sent == 0) break;
    output_.erase(0, *sent);
  }
  const bool writing = !output_.empty();
  if (writing != writing_) {
    watch_->set(writing ? io::Interest::kReadWrite : io::Interest::kRead);
    writing_ = writing;
  }
  return {};
}

Result<void> Client::receive() {
  std::array<char, 16 * 1024> room;
  const Result<std::size_t> got = socket_.receive(room);
  if (!got) return fail(got.error());
  unanswered_ += *got;
  if (redisReaderFeed(reader_.get(), room.data(), *got) != REDIS_OK) return doubt(reader_->errstr);
  for (;;) {
    void* raw = nullptr;
    if (redisReaderGetReply(reader_.get(), &raw) != REDIS_OK) return doubt(reader_->errstr);
    if (!raw) break;
    const std::unique_ptr<void, decltype(&freeReplyObject)> owned(raw, freeReplyObject);
    unanswered_ = 0;
    std::optional<Reply> reply = copy_reply(*static_cast<const redisReply*>(raw));
    if (!reply) return doubt("a reply of an unknown kind");
    if (Result<void> taken = take(std::move(*reply)); !taken) return taken;
  }
  if (unanswered_ > limits::kRedisReplyBytes) return doubt("a reply without an end");
  return {};
}

Result<void> Client::take(Reply reply) {
  if (in_flight_.empty()) return doubt("a reply that nobody asked for");
  Exchange& front = *in_flight_.front();
  if (!front.reply) {
    const bool is_error = reply.kind == Reply::Kind::kError;
    if (says_unusable(reply) || (is_error && state_ == State::kProbing)) return doubt(without_arguments(reply.text));
    if (is_error) ++figures_.errors;
    front.reply = std::move(reply);
    return {};
  }
  if (reply.kind != Reply::Kind::kText || reply.text != std::to_string(front.number)) {
    return doubt("replies and commands do not match");
  }
  finish_front();
  return {};
}

void Client::finish_front() noexcept {
  const std::shared_ptr<Exchange> done = std::move(in_flight_.front());
  in_flight_.pop_front();
  done->finished = true;
  if (done->wake) done->wake->post();
  if (state_ != State::kProbing || !in_flight_.empty()) return;
  state_ = State::kReady;
  ready_since_ = loop_.now();
  if (told_) log_.write(LogLevel::kNotice, "redis: back");
  told_ = false;
}

// The timer runs on while commands come and go, and looks for the oldest when it ends.
void Client::arm() {
  if (armed_ || in_flight_.empty()) return;
  const auto left = std::chrono::ceil<io::Duration>(in_flight_.front()->sent_at + options_.deadline - loop_.now());
  timer_->start(std::max(left, io::Duration(1)));
  armed_ = true;
}

void Client::on_timer() noexcept {
  try {
    if (const Result<void> looked = look_at_the_time(); !looked) lose(looked.error().log_detail);
  } catch (const std::exception& failure) {
    lose(failure.what());
  }
}

Result<void> Client::look_at_the_time() {
  if (state_ == State::kPausing) return connect();
  if (state_ == State::kConnecting) {
    ++figures_.timeouts;
    return doubt("connecting took too long");
  }
  armed_ = false;
  // A worker that was busy itself may find the answer in the socket.
  if (Result<void> received = receive(); !received) return received;
  if (!in_flight_.empty() && loop_.now() >= in_flight_.front()->sent_at + options_.deadline) {
    ++figures_.timeouts;
    return doubt("no answer in time");
  }
  arm();
  return {};
}

void Client::lose(std::string_view why) noexcept {
  tell(why);
  const bool was_ready = state_ == State::kReady;
  if (was_ready) ++figures_.opened;
  state_ = State::kPausing;
  watch_.reset();
  socket_ = Socket();
  reader_.reset();
  output_.clear();
  writing_ = armed_ = false;
  unanswered_ = 0;
  // Where they stand: even an empty deque needs memory, and its want may be why the connection is given up.
  for (const std::shared_ptr<Exchange>& exchange : in_flight_) {
    exchange->reply.reset();
    exchange->finished = true;
    if (was_ready) ++figures_.failures;
    if (exchange->wake) exchange->wake->post();
  }
  in_flight_.clear();
  timer_->start(next_pause(was_ready));
}

void Client::tell(std::string_view why) noexcept {
  if (told_) return;
  told_ = true;
  try {
    log_.write(LogLevel::kWarning,
               fmt::format("redis: {}: {}; until it is back the portal does without", options_.address.text(), why));
  } catch (const std::exception&) {
    log_.write(LogLevel::kWarning, "redis: the connection is lost");
  }
}

io::Duration Client::next_pause(bool was_ready) noexcept {
  const bool was_steady = was_ready && loop_.now() - ready_since_ >= options_.steady_after;
  pause_ = was_steady ? options_.first_pause : std::clamp(pause_ * 2, options_.first_pause, options_.longest_pause);
  try {
    // Workers that lost the same server do not come back in the same millisecond.
    return pause_ + io::Duration(random_below(static_cast<std::uint64_t>(pause_.count()) / 4 + 1));
  } catch (const std::exception&) {
    return pause_;
  }
}

Figures Client::figures() const {
  Figures figures = figures_;
  figures.ready = ready();
  figures.in_flight = in_flight_.size();
  return figures;
}

Client::RunAwaiter::RunAwaiter(Client& client, Command command)
    : client_(client), command_(std::move(command)), exchange_(std::make_shared<Exchange>()) {}

Client::RunAwaiter::~RunAwaiter() {
  if (!exchange_->finished) client_.abandon(exchange_);
  exchange_->wake.reset();
}

bool Client::RunAwaiter::await_suspend(std::coroutine_handle<> handle) {
  exchange_->wake = client_.loop_.wake(
      {[](void* context) noexcept { std::coroutine_handle<>::from_address(context).resume(); }, handle.address()});
  if (client_.submit(command_, exchange_)) return true;
  exchange_->wake.reset();  // it may have been posted when the connection was lost over this very command
  exchange_->finished = true;
  return false;
}

Result<Reply> Client::RunAwaiter::await_resume() {
  if (!exchange_->reply) return fail(ErrorCode::kCacheUnavailable);
  return std::move(*exchange_->reply);
}

}  // namespace portal::redis
