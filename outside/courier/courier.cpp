#include "courier/courier.hpp"

#include <poll.h>

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/random.hpp"
#include "courier/routing.hpp"
#include "courier/schedule.hpp"
#include "mail/address.hpp"
#include "mail/folder.hpp"
#include "send/phone.hpp"

namespace portal::outside {
namespace {

using Clock = Breaker::Clock;
constexpr std::chrono::seconds kOutboxPause{1};  // before an outbox that cannot be reached is asked again
constexpr std::chrono::seconds kTidyingPause{15};
constexpr const char* kDatabaseWasAway = "the database was away";
constexpr std::chrono::seconds kLastMarks{10};  // how long an ending courier tries to write down what it sent

double jitter() { return static_cast<double>(random_below(1000)) / 1000; }

bool is_readable(int descriptor) {
  pollfd entry{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&entry, 1, 0) > 0;
}

std::string name_of(const Message& message) {
  return fmt::format("{} {}/{} ({})", message.kind, message.key.account_id, message.key.outbox_message_id,
                     message.is_sms ? "sms" : "email");
}

// Servers repeat whom they refuse. That stands in the outbox, and not in the journal.
std::string without_address(std::string_view reason, std::string_view address) {
  const auto is_same = [](unsigned char one, unsigned char other) { return std::tolower(one) == std::tolower(other); };
  std::string result;
  for (;;) {
    const auto found = std::ranges::search(reason, address, is_same);
    if (found.empty()) return result.append(reason);
    result.append(reason.begin(), found.begin()).append("(the recipient)");
    reason = {found.end(), reason.end()};
  }
}

}  // namespace

Courier::Courier(const CourierSettings& settings, const layouts::LayoutSet& layouts, const crypto::Keyring& keys,
                 Outbox& outbox, CourierLog log)
    : settings_(settings), layouts_(layouts), keys_(keys), outbox_(outbox), log_(std::move(log)) {}

Result<void> Courier::run(int stop_descriptor, Until until) {
  Clock::time_point give_up = Clock::time_point::max();
  for (;;) {
    const auto now = Clock::now();
    if (!stopping_ && is_readable(stop_descriptor)) {
      stopping_ = true;
      give_up = now + settings_.deadlines.total + kLastMarks;
      if (!sending_.empty()) log_(fmt::format("ending: {} messages are still being sent", sending_.size()));
    }
    if (outbox_.take_news()) look_now_ = true;
    for (const Transfers::Ended& ended : transfers_.take_ended()) finish(ended);
    write_down_rest();
    if (!stopping_ && may_look(now)) look(now);
    // A notice that came with an answer does not make the descriptor readable any more.
    if (outbox_.take_news()) look_now_ = true;
    const bool is_idle = sending_.empty() && unmarked_.empty();
    if (stopping_ && (is_idle || now >= give_up)) return {};
    if (until == Until::kNothingIsDue && is_idle && !look_now_) {
      if (outbox_is_away_) return fail(ErrorCode::kDatabaseUnavailable, "the outbox cannot be reached");
      return {};
    }
    std::vector<int> descriptors;
    if (!stopping_) descriptors.push_back(stop_descriptor);
    if (const int outbox = outbox_.descriptor(); outbox >= 0) descriptors.push_back(outbox);
    transfers_.wait(descriptors, time_to_wait(now));
  }
}

bool Courier::may_look(Clock::time_point now) const {
  if (std::cmp_greater_equal(sending_.size(), settings_.sends)) return false;
  if (outbox_is_away_) return now >= next_look_;
  return look_now_ || now >= next_look_;
}

std::chrono::milliseconds Courier::time_to_wait(Clock::time_point now) const {
  if (stopping_ || !unmarked_.empty()) return std::chrono::milliseconds(200);
  if (look_now_ && may_look(now)) return std::chrono::milliseconds(0);
  // With everything in use, only the end of something makes room.
  if (std::cmp_greater_equal(sending_.size(), settings_.sends)) return std::chrono::seconds(settings_.poll_seconds);
  return std::clamp(std::chrono::ceil<std::chrono::milliseconds>(next_look_ - now), std::chrono::milliseconds(10),
                    std::chrono::milliseconds(std::chrono::seconds(settings_.poll_seconds)));
}

void Courier::look(Clock::time_point now) {
  look_now_ = false;
  next_look_ = now + std::chrono::seconds(settings_.poll_seconds);
  if (now >= next_tidying_) {
    next_tidying_ = now + kTidyingPause;
    if (Result<void> done = outbox_.tidy(); !done) return report(done.error());
    if (Result<void> done = gather_news(); !done) return report(done.error());
  }
  ClaimRequest request{.slots = settings_.sends - static_cast<std::int32_t>(sending_.size()),
                       .account_slots = settings_.account_sends,
                       .sending = {}};
  for (const auto& [id, sending] : sending_) request.sending.push_back(sending.message.key.account_id);
  Result<std::vector<Message>> messages = outbox_.claim(request);
  if (!messages) return report(messages.error());
  if (outbox_is_away_) log_("the outbox is there again");
  outbox_is_away_ = false;
  // There may be more behind them; once nothing comes, the next end of a transfer or the next notice says when to look.
  look_now_ = !messages->empty();
  for (Message& message : *messages) start(std::move(message));
}

Result<void> Courier::gather_news() {
  const Result<std::vector<DueNews>> due = outbox_.due_news();
  if (!due) return fail(due.error());
  for (const DueNews& news : *due) {
    const Result<auth::LinkMessage> message = auth::seal_notice(news.account_id, news.origin, keys_);
    if (!message) {
      log_("news cannot be written: " + message.error().log_detail);
      return {};
    }
    if (Result<void> written = outbox_.write_news(news, *message); !written) return written;
  }
  return {};
}

void Courier::report(const Error& error) {
  if (!outbox_is_away_) log_("the outbox cannot be reached: " + error.log_detail);
  outbox_is_away_ = true;
  next_look_ = Clock::now() + kOutboxPause;
}

void Courier::start(Message message) {
  std::optional<Mark> mark;
  try {
    mark = try_to_start(message);
  } catch (const std::exception& failure) {
    // One message must not end the others.
    mark = mark_of_broken(message, fmt::format("it cannot be made: {}", failure.what()), jitter());
  }
  if (mark) write_down(std::move(message), std::move(*mark));
}

std::optional<Mark> Courier::try_to_start(const Message& message) {
  // Claimed together with the one that met it: each question would wait for a connection.
  if (outbox_is_away_) return mark_of_waiting(message, kDatabaseWasAway, kFirstDelaySeconds);
  const Result<Link> link = open_payload(message, keys_);
  if (!link) return mark_of_broken(message, link.error().log_detail, jitter());
  const Result<std::optional<MessageContext>> context = outbox_.load_context(message, link->token_hash);
  if (!context) {
    report(context.error());
    return mark_of_waiting(message, kDatabaseWasAway, kFirstDelaySeconds);
  }
  if (!*context) return Mark{.ending = Ending::kFailed, .reason = "the account is gone"};
  if (message.kind == kNewsKind && (*context)->news.empty())
    return Mark{.ending = Ending::kDropped, .reason = "there is nothing left to tell"};
  if (std::string obstacle = find_obstacle(message, **context); !obstacle.empty())
    return Mark{.ending = Ending::kFailed, .reason = std::move(obstacle)};
  return message.is_sms ? send_sms(message, **context, *link) : send_mail(message, **context, *link);
}

std::optional<Mark> Courier::send_mail(const Message& message, const MessageContext& context, const Link& link) {
  const Sender sender = choose_sender(settings_, context.mail, context.portal_name, context.account_name);
  if (const Result<std::string> valid = ascii_address(message.recipient); !valid)
    return Mark{.ending = Ending::kFailed, .reason = valid.error().log_detail};
  if (sender.address.empty()) return mark_of_waiting(message, "no mail server is set up", kFirstDelaySeconds);
  const Result<Mail> mail = compose_mail(message, context, link, sender, layouts_);
  if (!mail) return mark_of_broken(message, mail.error().log_detail, jitter());
  Result<std::string> text = build_mail(*mail);
  if (!text) return mark_of_broken(message, text.error().log_detail, jitter());
  if (!settings_.mail_directory.empty()) {
    const Result<void> written =
        write_message_file(settings_.mail_directory, idempotency_key_of(message) + ".eml", *text);
    return mark_of(message,
                   written ? SendOutcome{.verdict = Verdict::kSent, .reason = {}}
                           : SendOutcome{.reason = written.error().log_detail},
                   jitter());
  }
  const Result<SmtpServer> server = choose_server(settings_, context.mail, message.key.account_id, keys_);
  if (!server) return mark_of_broken(message, server.error().log_detail, jitter());
  if (server->host.empty()) return mark_of_waiting(message, "no mail server is set up", kFirstDelaySeconds);
  // What an account does wrong with a server of its own is no reason to leave others alone that share the name.
  const bool is_own = !context.mail.smtp_host.empty();
  const std::string name = is_own ? fmt::format("{} of {}", server->name(), message.key.account_id) : server->name();
  if (const auto wait = breaker_.wait_for(name, Clock::now()); wait.count() > 0)
    return mark_of_waiting(message, server->name() + " does not answer", static_cast<std::int32_t>(wait.count()));
  return begin(message,
               make_smtp_transfer(*server, {.sender = sender.address, .recipient = message.recipient}, std::move(*text),
                                  settings_.deadlines),
               name);
}

std::optional<Mark> Courier::send_sms(const Message& message, const MessageContext& context, const Link& link) {
  const Result<std::string> number = resolve_phone(message.recipient, context.country);
  if (!number) return Mark{.ending = Ending::kFailed, .reason = number.error().log_detail};
  const Result<Sms> made = compose_sms(message, context, link, layouts_);
  if (!made) return mark_of_broken(message, made.error().log_detail, jitter());
  Sms sms = *made;
  sms.to = *number;
  if (!settings_.mail_directory.empty()) {
    const Result<void> written =
        write_message_file(settings_.mail_directory, sms.id + ".txt", fmt::format("To: {}\n\n{}\n", *number, sms.text));
    return mark_of(message,
                   written ? SendOutcome{.verdict = Verdict::kSent, .reason = {}}
                           : SendOutcome{.reason = written.error().log_detail},
                   jitter());
  }
  if (settings_.sms.provider == SmsProvider::kNone)
    return mark_of_waiting(message, "no gateway for text messages is set up", kFirstDelaySeconds);
  const std::string name = "the gateway for text messages";
  if (const auto wait = breaker_.wait_for(name, Clock::now()); wait.count() > 0)
    return mark_of_waiting(message, name + " does not answer", static_cast<std::int32_t>(wait.count()));
  return begin(message, make_sms_transfer(settings_.sms, sms, settings_.deadlines), name);
}

std::optional<Mark> Courier::begin(const Message& message, Result<std::unique_ptr<Transfer>> transfer,
                                   const std::string& server) {
  if (!transfer) return mark_of_broken(message, transfer.error().log_detail, jitter());
  transfers_.begin(next_id_, std::move(*transfer));
  sending_.emplace(next_id_++, Sending{.message = message, .server = server});
  return std::nullopt;
}

void Courier::finish(const Transfers::Ended& ended) {
  auto sending = sending_.extract(ended.id);
  if (sending.empty()) return;
  breaker_.note(sending.mapped().server, ended.outcome.server_is_away, Clock::now());
  // There is room again, and so perhaps work.
  look_now_ = true;
  Mark mark = mark_of(sending.mapped().message, ended.outcome, jitter());
  write_down(std::move(sending.mapped().message), std::move(mark));
}

void Courier::write_down(Message message, Mark mark) {
  unmarked_.push_back({.message = std::move(message), .mark = std::move(mark)});
  if (!outbox_is_away_) write_down_rest();
}

void Courier::write_down_rest() {
  if (outbox_is_away_ && Clock::now() < next_look_ && !stopping_) return;
  while (!unmarked_.empty()) {
    const auto& [message, mark] = unmarked_.front();
    const Result<bool> written = outbox_.mark(message, mark);
    if (!written) return report(written.error());
    const std::string_view what = mark.ending == Ending::kSent      ? "sent"
                                  : mark.ending == Ending::kFailed  ? "failed"
                                  : mark.ending == Ending::kDropped ? "dropped"
                                                                    : "waits";
    log_(fmt::format("{} {}{}{}{}", name_of(message), what, mark.reason.empty() ? "" : ": ",
                     without_address(mark.reason, message.recipient),
                     *written ? "" : " (somebody else has taken it or it is gone)"));
    unmarked_.erase(unmarked_.begin());
  }
}

}  // namespace portal::outside
