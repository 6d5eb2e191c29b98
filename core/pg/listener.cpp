#include "pg/listener.hpp"

#include <libpq-fe.h>

#include <algorithm>

#include "pg/connect.hpp"

namespace portal::pg {
namespace {

constexpr io::Duration kFirstBackoff{100};
constexpr io::Duration kLongestBackoff{1000};
// The server answers others and not this connection.
constexpr io::Duration kGiveUpAfter{2000};

std::string_view one_line(std::string_view text) { return text.substr(0, text.find('\n')); }

}  // namespace

Listener::Listener(io::Loop& loop, LaneOptions options, std::string listen_statement, NoticeObserver& observer,
                   Log& log, Pulse* pulse)
    : loop_(loop),
      options_(std::move(options)),
      listen_statement_(std::move(listen_statement)),
      observer_(observer),
      log_(log),
      pulse_(pulse),
      timer_(loop.timer(io::Callback::to<&Listener::on_timer>(this))) {
  if (pulse_) pulse_->join(*this);
}

Listener::~Listener() {
  if (pulse_) pulse_->leave(*this);
  watch_.reset();
  if (connection_) PQfinish(connection_);
}

void Listener::start() {
  if (state_ == State::kClosed) on_timer();
}

void Listener::connect() {
  asking_ = reading_ = false;
  state_ = State::kConnecting;
  first_host_ = pulse_ ? pulse_->first_host() : 0;
  connection_ = start_connect(options_.conninfo, options_.password, options_.settings, first_host_);
  if (!connection_ || PQstatus(connection_) == CONNECTION_BAD) {
    lose(connection_ ? one_line(PQerrorMessage(connection_)) : "out of memory");
    return;
  }
  timer_->start(options_.connect_timeout);
  if (pulse_) pulse_->asked();
  watch_ = loop_.watch(PQsocket(connection_), io::Callback::to<&Listener::on_ready>(this));
  watch_->set(io::Interest::kWrite);
}

void Listener::on_timer() noexcept {
  try {
    if (state_ == State::kClosed) {
      connect();
    } else if (state_ != State::kListening) {
      if (pulse_) pulse_->no_answer_at(first_host_);
      lose("connecting took too long", Loss::kSilence);
    } else if (!asking_) {
      // Nothing but "I am here": an empty query touches no table and takes no snapshot.
      ask("");
    } else if (loop_.now() - asked_at_ > kGiveUpAfter) {
      lose("no answer", Loss::kSilence);
    } else {
      timer_->start(kAskEvery);
      observer_.on_no_answer();
    }
  } catch (const std::exception& failure) {
    lose(failure.what());
  }
}

void Listener::on_silence() noexcept {
  if (state_ != State::kClosed) lose("no answer from the server", Loss::kSilence);
}

void Listener::on_ready() noexcept {
  try {
    if (state_ == State::kConnecting) {
      poll_connect();
    } else if (state_ != State::kClosed) {
      read();
      if (state_ != State::kClosed) flush();
    }
  } catch (const std::exception& failure) {
    lose(failure.what());
  }
}

void Listener::poll_connect() {
  watch_.reset();
  if (reading_ && pulse_) pulse_->heard();
  const PostgresPollingStatusType polled = PQconnectPoll(connection_);
  if (polled == PGRES_POLLING_FAILED) {
    lose(one_line(PQerrorMessage(connection_)));
    return;
  }
  // libpq may have opened another socket, even one of the same number.
  watch_ = loop_.watch(PQsocket(connection_), io::Callback::to<&Listener::on_ready>(this));
  if (polled != PGRES_POLLING_OK) {
    reading_ = polled == PGRES_POLLING_READING;
    watch_->set(reading_ ? io::Interest::kRead : io::Interest::kWrite);
    return;
  }
  if (PQsetnonblocking(connection_, 1) != 0) {
    lose("cannot listen");
    return;
  }
  state_ = State::kSubscribing;
  ask(listen_statement_.c_str());
}

void Listener::ask(const char* statement) {
  if (PQsendQuery(connection_, statement) != 1) {
    lose(one_line(PQerrorMessage(connection_)));
    return;
  }
  asking_ = true;
  asked_at_ = loop_.now();
  if (state_ == State::kListening) timer_->start(kAskEvery);
  if (pulse_) pulse_->asked();
  flush();
}

void Listener::read() {
  if (PQconsumeInput(connection_) != 1) {
    lose(one_line(PQerrorMessage(connection_)));
    return;
  }
  if (pulse_) pulse_->heard();
  hand_on_notices();
  while (asking_ && !PQisBusy(connection_)) {
    if (!take_answer()) return;
  }
  // Those behind the answer: libpq reads on only once that is taken, and the socket may have no more to say.
  hand_on_notices();
}

void Listener::hand_on_notices() {
  while (PGnotify* notice = PQnotifies(connection_)) {
    observer_.on_notice(notice->relname, notice->extra);
    PQfreemem(notice);
  }
}

// False when the connection is lost.
bool Listener::take_answer() {
  PGresult* result = PQgetResult(connection_);
  if (result) {
    const ExecStatusType status = PQresultStatus(result);
    PQclear(result);
    if (status == PGRES_COMMAND_OK || status == PGRES_EMPTY_QUERY) return true;
    lose(state_ == State::kSubscribing ? "LISTEN was refused" : one_line(PQerrorMessage(connection_)));
    return false;
  }
  asking_ = false;
  if (state_ == State::kListening) lease_.renew(asked_at_);
  if (state_ == State::kSubscribing) {
    state_ = State::kListening;
    lease_.begin(asked_at_);
    backoff_ = io::Duration(0);
    timer_->start(kAskEvery);
    if (away_) {
      const std::chrono::duration<double> lasted = loop_.now() - lost_at_;
      write_line(log_, LogLevel::kWarning, "listener: listens again after {:.1f} s", lasted.count());
    }
    away_ = false;
    observer_.on_listening();
  }
  if (pulse_) pulse_->settled();
  return true;
}

void Listener::flush() {
  const int left = PQflush(connection_);
  if (left < 0) {
    lose(one_line(PQerrorMessage(connection_)));
    return;
  }
  watch_->set(left == 1 ? io::Interest::kReadWrite : io::Interest::kRead);
}

void Listener::lose(std::string_view why, Loss loss) noexcept {
  if (state_ == State::kClosed) return;
  const bool listened = state_ == State::kListening;
  state_ = State::kClosed;
  lease_.end();
  if (!away_) {
    away_ = true;
    lost_at_ = loop_.now();
    write_line(log_, LogLevel::kError, "listener: {}", why);
  }
  watch_.reset();
  if (connection_) PQfinish(connection_);
  connection_ = nullptr;
  // The first try follows at once: most of what is lost is back at once.
  timer_->start(std::max(backoff_, io::Duration(1)));
  backoff_ = std::clamp(backoff_ * 2, kFirstBackoff, kLongestBackoff);
  if (listened) observer_.on_deaf();
  if (pulse_ && loss == Loss::kConclusive) pulse_->settled();
}

}  // namespace portal::pg
