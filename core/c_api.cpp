#include "c_api.h"

#include <exception>
#include <filesystem>
#include <memory>
#include <new>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "auth/password_list.hpp"
#include "c_api_parts.hpp"
#include "edge/operation.hpp"
#include "edge/worker.hpp"
#include "http/refusal.hpp"
#include "layouts/layout_set.hpp"
#include "pg/connect.hpp"
#include "redis/address.hpp"
#include "shared/zone.hpp"

using portal::LogLevel;
using portal::boundary::cookie_mode;
using portal::boundary::guarded;
using portal::boundary::text_of;
using portal::boundary::to_request;
using portal::boundary::view;
using portal::boundary::write_reason;

struct portal_passwords {
  portal::auth::PasswordList list;
};

struct portal_layouts {
  portal::layouts::LayoutSet set;
};

struct portal_keys {
  portal::crypto::Keyring keyring;
};

namespace {

class BoundaryLog final : public portal::pg::Log {
 public:
  BoundaryLog(portal_log_function function, void* context) : function_(function), context_(context) {}
  void write(LogLevel level, std::string_view message) noexcept override {
    if (function_) function_(context_, static_cast<int>(level), text_of(message));
  }

 private:
  portal_log_function function_;
  void* context_;
};

}  // namespace

struct portal_worker {
  portal_worker(const portal_worker_options& options, portal::edge::WorkerOptions worker_options)
      : log(options.log, options.log_context),
        worker(std::move(worker_options), options.keys->keyring, *reinterpret_cast<portal::io::Loop*>(options.loop),
               *reinterpret_cast<portal::io::Offload*>(options.offload), log) {}

  BoundaryLog log;
  portal::edge::Worker worker;
};

portal::edge::Worker& portal::boundary::worker_of(portal_worker* worker) { return worker->worker; }

struct portal_operation {
  portal_operation(portal_worker& worker, const portal_request& raw, portal_done_function wanted,
                   portal_done_function function, void* done_context)
      : body_wanted(wanted),
        done(function),
        context(done_context),
        operation(worker.worker, to_request(raw, headers), view(raw.account), cookie_mode(raw),
                  portal::io::Callback::to<&portal_operation::on_done>(this),
                  wanted ? portal::io::Callback::to<&portal_operation::on_body_wanted>(this) : portal::io::Callback{},
                  static_cast<portal::edge::CacheOutcome>(raw.cache)) {}

  void on_done() noexcept { done(context); }
  void on_body_wanted() noexcept { body_wanted(context); }

  portal_done_function body_wanted;  // null: the body came with the request
  portal_done_function done;
  void* context;
  std::vector<portal::http::Header> headers;
  std::vector<portal_header> response_headers;
  portal::edge::Operation operation;
};

struct portal_stream {
  std::shared_ptr<portal::http::EventStream> events;
  portal_done_function ready;
  void* context;

  void on_ready() noexcept { ready(context); }
};

static_assert(PORTAL_STREAM_ROOM == portal::http::EventStream::kLeastRoom);

int portal_refuse_conninfo(const char* conninfo, int trusted_network, char* why, size_t size) noexcept {
  return guarded(1, why, size, [&] {
    using portal::pg::Network;
    const std::string reason =
        portal::pg::refuse_conninfo(conninfo, trusted_network ? Network::kTrusted : Network::kUntrusted);
    write_reason(reason, why, size);
    return reason.empty() ? 0 : 1;
  });
}

int portal_refuse_redis(portal_text address, int trusted_network, char* why, size_t size) noexcept {
  return guarded(1, why, size, [&] {
    using portal::redis::Network;
    const auto parsed =
        portal::redis::parse_address(view(address), trusted_network ? Network::kTrusted : Network::kUntrusted);
    if (!parsed) write_reason(parsed.error().log_detail, why, size);
    return parsed ? 0 : 1;
  });
}

portal_keys* portal_keys_load(const char* path, char* why, size_t size) noexcept {
  return guarded(static_cast<portal_keys*>(nullptr), why, size, [&]() -> portal_keys* {
    portal::Result<portal::crypto::Keyring> loaded = portal::crypto::Keyring::load(path);
    if (!loaded) {
      write_reason(loaded.error().log_detail, why, size);
      return nullptr;
    }
    return new portal_keys{std::move(*loaded)};
  });
}

void portal_keys_destroy(portal_keys* keys) noexcept { delete keys; }

portal_passwords* portal_passwords_load(const char* path, char* why, size_t size) noexcept {
  return guarded(static_cast<portal_passwords*>(nullptr), why, size, [&]() -> portal_passwords* {
    portal::Result<portal::auth::PasswordList> loaded = portal::auth::PasswordList::load(path);
    if (!loaded) {
      write_reason(loaded.error().log_detail, why, size);
      return nullptr;
    }
    return new portal_passwords{std::move(*loaded)};
  });
}

void portal_passwords_destroy(portal_passwords* passwords) noexcept { delete passwords; }

portal_layouts* portal_layouts_load(const char* path, char* why, size_t size) noexcept {
  return guarded(static_cast<portal_layouts*>(nullptr), why, size, [&]() -> portal_layouts* {
    std::error_code ignored;
    if (!std::filesystem::is_directory(path, ignored)) {
      write_reason("it is no folder", why, size);
      return nullptr;
    }
    portal::Result<portal::layouts::LayoutSet> loaded = portal::layouts::LayoutSet::load(path);
    if (!loaded) {
      write_reason(loaded.error().log_detail, why, size);
      return nullptr;
    }
    return new portal_layouts{std::move(*loaded)};
  });
}

void portal_layouts_destroy(portal_layouts* layouts) noexcept { delete layouts; }

int portal_zone_prepare(void* memory, size_t memory_size, char* why, size_t size) noexcept {
  return guarded(1, why, size, [&] {
    const portal::Result<void> prepared = portal::shared::Zone::prepare({static_cast<std::byte*>(memory), memory_size});
    if (!prepared) write_reason(prepared.error().log_detail, why, size);
    return prepared ? 0 : 1;
  });
}

portal_worker* portal_worker_create(const portal_worker_options* options, char* why, size_t size) noexcept {
  return guarded(static_cast<portal_worker*>(nullptr), why, size, [&] {
    portal::edge::WorkerOptions worker_options;
    worker_options.conninfo = view(options->conninfo);
    worker_options.password = view(options->password);
    worker_options.host_refresh = portal::io::Duration(options->host_refresh_milliseconds);
    worker_options.throttling = options->throttling ? portal::auth::Throttling::kOn : portal::auth::Throttling::kOff;
    if (options->known_passwords) worker_options.known_passwords = &options->known_passwords->list;
    if (options->layouts) worker_options.layouts = &options->layouts->set;
    worker_options.files = view(options->files);
    worker_options.file_offload = reinterpret_cast<portal::io::Offload*>(options->file_offload);
    worker_options.zone = {static_cast<std::byte*>(options->zone), options->zone_size};
    worker_options.remembered_sessions = options->remembered_sessions;
    worker_options.cache_bytes = options->cache_bytes;
    worker_options.streams = options->streams;
    if (options->redis.size > 0) {
      auto address = portal::redis::parse_address(view(options->redis), portal::redis::Network::kTrusted);
      if (!address) throw std::invalid_argument(address.error().log_detail);
      worker_options.redis.emplace();
      worker_options.redis->address = std::move(*address);
      worker_options.redis->password = view(options->redis_password);
    }
    return new portal_worker(*options, std::move(worker_options));
  });
}

void portal_worker_destroy(portal_worker* worker) noexcept { delete worker; }

size_t portal_worker_active(const portal_worker* worker) noexcept { return worker->worker.figures().active; }

void portal_worker_count_file_bytes(portal_worker* worker, uint64_t bytes) noexcept {
  worker->worker.figures().file_bytes += bytes;
}

size_t portal_worker_metrics(portal_worker* worker, char* buffer, size_t size) noexcept {
  return guarded(std::size_t{0}, nullptr, 0, [&] {
    const std::string text = worker->worker.metrics();
    text.copy(buffer, size);
    return text.size();
  });
}

size_t portal_worker_readiness(const portal_worker* worker, int* ready, char* buffer, size_t size) noexcept {
  return guarded(std::size_t{0}, nullptr, 0, [&] {
    const std::string_view reason = worker->worker.readiness();
    std::string text = R"({"status":")" + std::string(reason.empty() ? "ready" : "unavailable") + '"';
    if (!reason.empty()) text += R"(,"reason":")" + std::string(reason) + '"';
    // Told, and not decisive: without Redis sessions are read from the database.
    const portal::redis::Client* redis = worker->worker.redis();
    text += R"(,"redis":")" + std::string(!redis ? "off" : redis->figures().ready ? "up" : "down") + R"("})";
    *ready = reason.empty() ? 1 : 0;
    text.copy(buffer, size);
    return text.size();
  });
}

portal_operation* portal_operation_start(portal_worker* worker, const portal_request* request,
                                         portal_done_function done, void* context) noexcept {
  return portal_operation_start_before_body(worker, request, nullptr, done, context);
}

int portal_takes_file(const portal_worker* worker, portal_text method, portal_text path) noexcept {
  return guarded(0, nullptr, 0, [&] {
    const auto found = worker->worker.router().find(portal::http::parse_method(view(method)), view(path));
    const auto* match = std::get_if<portal::edge::Match>(&found);
    return match && match->route->file_bytes > 0 ? 1 : 0;
  });
}

void portal_operation_take_body(portal_operation* operation, int descriptor, int64_t size) noexcept {
  using portal::http::BodyFile;
  guarded(0, nullptr, 0, [&] {
    if (size == PORTAL_BODY_LOST)
      operation->operation.take_body(portal::fail(portal::ErrorCode::kStorageFull, "the body cannot be written"));
    else
      operation->operation.take_body(BodyFile{.descriptor = size > 0 ? descriptor : -1, .bytes = size});
    return 0;
  });
}

portal_operation* portal_operation_start_before_body(portal_worker* worker, const portal_request* request,
                                                     portal_done_function body_wanted, portal_done_function done,
                                                     void* context) noexcept {
  return guarded(static_cast<portal_operation*>(nullptr), nullptr, 0, [&] {
    auto operation = std::make_unique<portal_operation>(*worker, *request, body_wanted, done, context);
    operation->operation.start();
    return operation.release();
  });
}

int portal_operation_response(portal_operation* operation, portal_response* response) noexcept {
  return guarded(1, nullptr, 0, [&] {
    const portal::http::Response& answer = operation->operation.response();
    operation->response_headers.clear();
    for (const portal::http::ResponseHeader& header : answer.headers) {
      operation->response_headers.push_back({text_of(header.name), text_of(header.value)});
    }
    for (const std::string& cookie : answer.cookies)
      operation->response_headers.push_back({text_of("Set-Cookie"), text_of(cookie)});
    *response = {.status = static_cast<int>(answer.status),
                 .content_type = text_of(answer.content_type),
                 .body = text_of(answer.body),
                 .headers = operation->response_headers.data(),
                 .header_count = operation->response_headers.size(),
                 .file_path = {},
                 .file_size = -1,
                 .etag = {},
                 .varies = 0,
                 .gzip = 0,
                 .endless = answer.events ? 1 : 0};
    if (const std::optional<portal::cache::Body>& body = operation->operation.body()) {
      response->body = text_of(body->bytes);
      response->etag = text_of(body->etag);
      response->varies = 1;
      response->gzip = body->coding == portal::cache::Coding::kGzip && !body->bytes.empty() ? 1 : 0;
    }
    if (answer.file) {
      response->file_path = text_of(answer.file->path);
      response->file_size = answer.file->bytes.value_or(-1);
      response->etag = text_of(answer.file->etag);
    }
    return 0;
  });
}

int portal_operation_file_opened(portal_operation* operation) noexcept {
  return guarded(1, nullptr, 0, [&] {
    operation->operation.note_file();
    return 0;
  });
}

void portal_operation_file_failed(portal_operation* operation, portal_text why) noexcept {
  operation->operation.fail_file(view(why));
}

portal_text portal_operation_account(const portal_operation* operation) noexcept {
  return text_of(operation->operation.account_slug());
}

uint64_t portal_operation_database_microseconds(const portal_operation* operation) noexcept {
  return static_cast<uint64_t>(operation->operation.database_time().count());
}

int portal_operation_cache(const portal_operation* operation) noexcept {
  return std::to_underlying(operation->operation.cache_outcome());
}

void portal_operation_destroy(portal_operation* operation) noexcept { delete operation; }

portal_stream* portal_operation_take_stream(portal_operation* operation, portal_done_function ready,
                                            void* context) noexcept {
  return guarded(static_cast<portal_stream*>(nullptr), nullptr, 0, [&] {
    auto stream = std::make_unique<portal_stream>(operation->operation.response().events, ready, context);
    stream->events->attach(portal::io::Callback::to<&portal_stream::on_ready>(stream.get()));
    return stream.release();
  });
}

size_t portal_stream_read(portal_stream* stream, char* buffer, size_t size, int* last) noexcept {
  const portal::http::EventStream::Piece piece = stream->events->take({buffer, size});
  *last = piece.is_last ? 1 : 0;
  return piece.bytes;
}

int portal_stream_over(const portal_stream* stream) noexcept { return stream->events->is_over() ? 1 : 0; }

void portal_stream_destroy(portal_stream* stream) noexcept { delete stream; }

size_t portal_worker_streams(const portal_worker* worker) noexcept { return worker->worker.streams().figures().open; }

void portal_worker_leave(portal_worker* worker, uint32_t within_milliseconds) noexcept {
  worker->worker.streams().leave(portal::io::Duration(within_milliseconds));
}

size_t portal_refusal_render(const portal_refusal* refusal, char* buffer, size_t size,
                             portal_text* content_type) noexcept {
  return guarded(std::size_t{0}, nullptr, 0, [&] {
    const bool problem = refusal->in_api || (refusal->error && !view(refusal->accept).contains("text/html")) ||
                         portal::http::wants_problem(view(refusal->path), view(refusal->accept));
    const std::string body =
        problem ? portal::http::render_refused_problem(refusal->status, view(refusal->request_id),
                                                       portal::boundary::error_of(refusal->error))
                : portal::http::render_refused_page(refusal->status,
                                                    portal::http::choose_language(view(refusal->accept_language)),
                                                    view(refusal->request_id));
    *content_type = text_of(problem ? "application/problem+json" : "text/html");
    if (body.size() <= size) body.copy(buffer, body.size());
    return body.size();
  });
}
