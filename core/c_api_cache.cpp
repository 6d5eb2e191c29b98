// The boundary's answers from memory. What is done here is done for every read, so it takes no memory and no detours.
#include <chrono>
#include <utility>

#include "auth/session_cookie.hpp"
#include "c_api_parts.hpp"
#include "edge/worker.hpp"
#include "http/precondition.hpp"

using portal::boundary::guarded;
using portal::boundary::text_of;
using portal::boundary::view;
using portal::boundary::worker_of;
using portal::edge::CacheOutcome;

static_assert(PORTAL_CACHE_OFF == std::to_underlying(CacheOutcome::kOff));
static_assert(PORTAL_CACHE_HIT == std::to_underlying(CacheOutcome::kHit));
static_assert(PORTAL_CACHE_MISS == std::to_underlying(CacheOutcome::kMiss));
static_assert(PORTAL_CACHE_BYPASS == std::to_underlying(CacheOutcome::kBypass));
static_assert(PORTAL_CACHE_EXPIRED_LEASE == std::to_underlying(CacheOutcome::kExpiredLease));

namespace {

// As an operation counts, which there is none of.
void count(portal::edge::WorkerFigures& figures, std::size_t route, portal::http::Status status) noexcept {
  const std::size_t digit = static_cast<std::size_t>(status) / 100;
  ++figures.started;
  ++figures.answered[digit];
  ++figures.answered_operations[route][digit];
  ++figures.cache_outcomes[std::to_underlying(CacheOutcome::kHit)];
  figures.reading.add(std::chrono::microseconds(0));
}

CacheOutcome find(portal::edge::Worker& worker, const portal_cache_question& question, portal_cache_answer& answer) {
  using namespace portal;
  if (!worker.cached().on() || !worker.hosts().notifies_changes()) return CacheOutcome::kOff;
  const http::CookieMode cookies =
      question.insecure_cookie ? http::CookieMode::kInsecure : http::CookieMode::kHostPrefix;
  const auth::MemberCookies member = auth::find_member_cookies(view(question.cookie), cookies);
  if (!member.session) return CacheOutcome::kMiss;
  if (member.has_written) return CacheOutcome::kBypass;
  const access::Account* account = worker.hosts().peek(view(question.account), view(question.host));
  if (!account) return CacheOutcome::kMiss;
  edge::CachedAnswers::Found found = worker.cached().find({.account_id = account->id,
                                                           .session = *member.session,
                                                           .path = view(question.path),
                                                           .query = view(question.query),
                                                           .membership = view(question.membership)},
                                                          worker.loop().now());
  if (!found.entry) return found.outcome;
  const cache::Coding accepted = !question.accept_encoding.size                        ? cache::Coding::kPlain
                                 : cache::accepts_gzip(view(question.accept_encoding)) ? cache::Coding::kGzip
                                                                                       : cache::Coding::kPlain;
  const cache::Body body = worker.cached().body(*found.entry, accepted);
  const bool current = question.if_none_match.size && http::names_etag(view(question.if_none_match), body.etag);
  const http::Status status = current ? http::Status::kNotModified : http::Status::kOk;
  count(worker.figures(), found.entry->route(), status);
  answer = {.kept = reinterpret_cast<portal_kept*>(found.entry.release()),
            .status = static_cast<int>(status),
            .gzip = !current && body.coding == cache::Coding::kGzip ? 1 : 0,
            .body = current ? portal_text{} : text_of(body.bytes),
            .etag = text_of(body.etag),
            .account = text_of(account->slug)};
  return CacheOutcome::kHit;
}

}  // namespace

int portal_cache_find(portal_worker* worker, const portal_cache_question* question,
                      portal_cache_answer* answer) noexcept {
  return guarded(static_cast<int>(PORTAL_CACHE_MISS), nullptr, 0,
                 [&] { return std::to_underlying(find(worker_of(worker), *question, *answer)) + 0; });
}

void portal_kept_release(portal_kept* kept) noexcept {
  portal::cache::EntryPointer::adopt(reinterpret_cast<portal::cache::Entry*>(kept));
}
