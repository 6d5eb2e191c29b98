#include "pg/listener.hpp"

#include <libpq-fe.h>

#include "pg/connect.hpp"

namespace portal::pg {
namespace {

constexpr io::Duration kReconnectAfter{1000};

}  // namespace

Listener::Listener(io::Loop& loop, LaneOptions options, std::string listen_statement, io::Callback on_change, Log& log)
    : loop_(loop),
      options_(std::move(options)),
      listen_statement_(std::move(listen_statement)),
      on_change_(on_change),
      log_(log),
      timer_(loop.timer(io::Callback::to<&Listener::on_timer>(this))) {}

Listener::~Listener() {
  watch_.reset();
  if (connection_) PQfinish(connection_);
}

void Listener::start() {
  if (state_ == State::kClosed) connect();
}

void Listener::connect() {
  connection_ = start_connect(options_.conninfo, options_.password, options_.settings);
  state_ = State::kConnecting;
  if (!connection_ || PQstatus(connection_) == CONNECTION_BAD) {
    lose("cannot connect");
    return;
  }
  timer_->start(options_.connect_timeout);
  watch_ = loop_.watch(PQsocket(connection_), io::Callback::to<&Listener::on_ready>(this));
  watch_->set(io::Interest::kWrite);
}

void Listener::on_timer() noexcept {
  try {
    if (state_ == State::kClosed) {
      connect();
    } else if (state_ != State::kListening) {
      lose("connecting took too long");
    }
  } catch (const std::exception& failure) {
    lose(failure.what());
  }
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
  const PostgresPollingStatusType polled = PQconnectPoll(connection_);
  if (polled == PGRES_POLLING_FAILED) {
    lose("cannot connect");
    return;
  }
  // libpq may have opened another socket, even one of the same number.
  watch_ = loop_.watch(PQsocket(connection_), io::Callback::to<&Listener::on_ready>(this));
  if (polled != PGRES_POLLING_OK) {
    watch_->set(polled == PGRES_POLLING_READING ? io::Interest::kRead : io::Interest::kWrite);
    return;
  }
  if (PQsetnonblocking(connection_, 1) != 0 || PQsendQuery(connection_, listen_statement_.c_str()) != 1) {
    lose("cannot listen");
    return;
  }
  state_ = State::kSubscribing;
  flush();
}

void Listener::read() {
  if (PQconsumeInput(connection_) != 1) {
    lose("connection lost");
    return;
  }
  bool changed = false;
  while (PGnotify* notice = PQnotifies(connection_)) {
    changed = true;
    PQfreemem(notice);
  }
  while (state_ == State::kSubscribing && !PQisBusy(connection_)) {
    PGresult* result = PQgetResult(connection_);
    if (!result) {
      state_ = State::kListening;
      timer_->stop();
      changed = true;
      break;
    }
    const bool failed = PQresultStatus(result) != PGRES_COMMAND_OK;
    PQclear(result);
    if (failed) {
      lose("LISTEN was refused");
      return;
    }
  }
  if (changed && state_ == State::kListening) on_change_();
}

void Listener::flush() {
  const int left = PQflush(connection_);
  if (left < 0) {
    lose("connection lost");
    return;
  }
  watch_->set(left == 1 ? io::Interest::kReadWrite : io::Interest::kRead);
}

void Listener::lose(std::string_view why) noexcept {
  watch_.reset();
  if (connection_) PQfinish(connection_);
  connection_ = nullptr;
  state_ = State::kClosed;
  log_.write(LogLevel::kWarning, "listener: " + std::string(why));
  timer_->start(kReconnectAfter);
}

}  // namespace portal::pg
