#include "portalctl/courier_outbox.hpp"

#include <array>

#include "base/random.hpp"
#include "base/utf8.hpp"
#include "portalctl_sql/courier.hpp"

namespace portal::portalctl {
namespace {

constexpr std::chrono::hours kRemovalPause{1};
constexpr std::int32_t kNewsAtOnce = 100;   // memberships
constexpr std::int32_t kNewsLines = 10;     // of each kind in a mail
constexpr std::size_t kReasonBytes = 1000;  // as the column, in characters, of which none is less than a byte

std::unexpected<Error> unavailable(const Failure& failure) {
  return fail(ErrorCode::kDatabaseUnavailable,
              failure.detail.empty() ? failure.sentence : failure.sentence + " " + failure.detail);
}

template <class Text>
std::string text_of(const std::optional<Text>& text) {
  return text ? std::string(*text) : std::string();
}

std::vector<std::uint8_t> bytes_of(pg::Bytes bytes) { return {bytes.begin(), bytes.end()}; }

outside::Message message_of(const sql::ClaimMessagesRow& row, std::span<const std::uint8_t> token) {
  return {.key = {.account_id = row.account_id, .outbox_message_id = row.outbox_message_id},
          .claim_token = {token.begin(), token.end()},
          .reference = std::string(row.message_reference),
          .kind = std::string(row.kind),
          .is_sms = row.channel == "sms",
          .recipient = std::string(row.recipient),
          .language = std::string(row.language),
          .member_id = row.member_id,
          .membership_id = row.membership_id,
          .staff_id = row.staff_id,
          .work_request_id = row.work_request_id,
          .quote_id = row.quote_id,
          .payload = bytes_of(row.payload),
          .key_id = std::string(row.key_id),
          .attempts = row.attempts,
          .tried_seconds = row.tried_seconds};
}

outside::MailSetting mail_setting_of(const sql::LoadContextRow& row) {
  return {.sender_name = text_of(row.sender_name),
          .sender_address = text_of(row.sender_address),
          .reply_to = text_of(row.reply_to),
          .smtp_host = text_of(row.smtp_host),
          .smtp_port = static_cast<std::uint16_t>(row.smtp_port.value_or(0)),
          .smtp_security = row.smtp_security == "tls" ? outside::SmtpSecurity::kTls : outside::SmtpSecurity::kStartTls,
          .smtp_username = text_of(row.smtp_username),
          .smtp_password = row.smtp_password ? bytes_of(*row.smtp_password) : std::vector<std::uint8_t>(),
          .smtp_password_key_id = text_of(row.smtp_password_key_id),
          .server_is_staffs = row.smtp_set_by == "staff"};
}

std::optional<outside::WorkRequest> work_request_of(const sql::LoadContextRow& row) {
  if (!row.request_number) return std::nullopt;
  return outside::WorkRequest{.number = *row.request_number,
                              .subject = text_of(row.request_subject),
                              .state = text_of(row.request_state),
                              .reply = text_of(row.request_reply)};
}

}  // namespace

Result<Database*> CourierOutbox::connected() {
  if (database_ && database_->is_alive()) return &*database_;
  database_.reset();
  Outcome<Database> database = Database::connect(settings_, "portal_courier");
  if (!database) return unavailable(database.error());
  // A server that is stopped in the middle of an answer looks alive; messages of other kinds of trouble do not wait.
  database->set_patience(patience_);
  if (Outcome<void> listening = database->execute(sql::listen_outbox()); !listening)
    return unavailable(listening.error());
  database_.emplace(std::move(*database));
  return &*database_;
}

template <class Row>
Result<Answer<Row>> CourierOutbox::fetch(const pg::Query& query) {
  const Result<Database*> database = connected();
  if (!database) return fail(database.error());
  Outcome<Answer<Row>> answer = (*database)->fetch<Row>(query);
  if (!answer) return unavailable(answer.error());
  return std::move(*answer);
}

Result<std::vector<outside::Message>> CourierOutbox::claim(const outside::ClaimRequest& request) {
  std::array<std::uint8_t, 16> token;
  fill_random(token);
  const auto answer = fetch<sql::ClaimMessagesRow>(
      sql::claim_messages(token, outside::kLeaseSeconds, request.slots, request.account_slots,
                          std::span<const std::int64_t>(request.sending), limits_.account_hour, limits_.account_day,
                          limits_.recipient_day, std::span<const std::string_view>(outside::kMessageKinds)));
  if (!answer) return fail(answer.error());
  std::vector<outside::Message> messages;
  for (int index = 0; index < answer->size(); ++index) messages.push_back(message_of((*answer)[index], token));
  return messages;
}

Result<std::optional<outside::MessageContext>> CourierOutbox::load_context(const outside::Message& message,
                                                                           const std::optional<crypto::Digest>& link) {
  const auto hash = link.transform([](const crypto::Digest& digest) { return pg::Bytes(digest); });
  const auto answer =
      fetch<sql::LoadContextRow>(sql::load_context(message.key.account_id, message.member_id, message.membership_id,
                                                   message.staff_id, message.work_request_id, hash, message.language));
  if (!answer) return fail(answer.error());
  if (answer->empty()) return std::nullopt;
  Result<std::vector<outside::NewsItem>> news = load_news(message);
  if (!news) return fail(std::move(news.error()));
  Result<std::optional<outside::QuoteDecision>> decision = load_decision(message);
  if (!decision) return fail(std::move(decision.error()));
  const sql::LoadContextRow row = (*answer)[0];
  return outside::MessageContext{.account_name = std::string(row.account_name),
                                 .portal_name = text_of(row.portal_name),
                                 .origins = {row.origins.begin(), row.origins.end()},
                                 .member_state = text_of(row.member_state),
                                 .staff_state = text_of(row.staff_state),
                                 .client_name = text_of(row.client_name),
                                 .time_zone = std::string(row.time_zone),
                                 .country = text_of(row.country),
                                 .local_expiry = text_of(row.local_expiry),
                                 .link_is_good = row.link_is_good,
                                 .has_logo = row.has_logo,
                                 .own_subject = text_of(row.own_subject),
                                 .own_html = text_of(row.own_html),
                                 .own_sms = text_of(row.own_sms),
                                 .request = work_request_of(row),
                                 .decision = std::move(*decision),
                                 .news = std::move(*news),
                                 .mail = mail_setting_of(row)};
}

Result<std::vector<outside::NewsItem>> CourierOutbox::load_news(const outside::Message& message) {
  std::vector<outside::NewsItem> news;
  if (message.kind != "news") return news;
  const auto& [account_id, id] = message.key;
  const auto answer = fetch<sql::LoadNewsRow>(sql::load_news(account_id, id, kNewsLines));
  if (!answer) return fail(answer.error());
  for (int index = 0; index < answer->size(); ++index) {
    const sql::LoadNewsRow row = (*answer)[index];
    news.push_back({.kind = std::string(row.kind),
                    .id = row.object_id,
                    .number = std::string(row.number),
                    .title = text_of(row.title),
                    .outstanding_minor = row.outstanding_minor,
                    .currency = text_of(row.currency),
                    .of_kind = row.of_kind});
  }
  return news;
}

Result<std::optional<outside::QuoteDecision>> CourierOutbox::load_decision(const outside::Message& message) {
  if (message.kind != "quote_decided") return std::nullopt;
  const auto& [account_id, id] = message.key;
  const auto answer = fetch<sql::LoadQuoteDecisionRow>(sql::load_quote_decision(account_id, id));
  if (!answer) return fail(answer.error());
  if (answer->empty()) return std::nullopt;
  const sql::LoadQuoteDecisionRow row = (*answer)[0];
  return outside::QuoteDecision{.number = std::string(row.number),
                                .title = text_of(row.title),
                                .client_name = text_of(row.client_name),
                                .decision = std::string(row.decision),
                                .decided_by = text_of(row.decided_by),
                                .reason = text_of(row.reason)};
}

Result<std::vector<outside::DueNews>> CourierOutbox::due_news() {
  const auto answer = fetch<sql::ListDueNewsRow>(sql::list_due_news(kNewsAtOnce));
  if (!answer) return fail(answer.error());
  std::vector<outside::DueNews> due;
  for (int index = 0; index < answer->size(); ++index) {
    const sql::ListDueNewsRow row = (*answer)[index];
    due.push_back(
        {.account_id = row.account_id, .membership_id = row.membership_id, .origin = std::string(row.origin)});
  }
  return due;
}

Result<void> CourierOutbox::write_news(const outside::DueNews& news, const auth::LinkMessage& message) {
  const auto answer = fetch<sql::WriteNewsRow>(sql::write_news(news.account_id, news.membership_id, message.reference,
                                                               message.payload.bytes, message.payload.key_id));
  if (!answer) return fail(answer.error());
  return {};
}

Result<bool> CourierOutbox::mark(const outside::Message& message, const outside::Mark& mark) {
  const auto& [account_id, id] = message.key;
  const std::string reason(truncate_text(mark.reason, kReasonBytes));
  const auto written = [](const auto& answer) -> Result<bool> {
    if (!answer) return fail(answer.error());
    return !answer->empty();
  };
  switch (mark.ending) {
    case outside::Ending::kSent:
      return written(fetch<sql::MarkSentRow>(sql::mark_sent(account_id, id, message.claim_token)));
    case outside::Ending::kFailed:
      return written(fetch<sql::MarkFailedRow>(sql::mark_failed(account_id, id, message.claim_token, reason)));
    case outside::Ending::kPostponed:
      return written(fetch<sql::PostponeMessageRow>(
          sql::postpone_message(account_id, id, message.claim_token, reason, mark.seconds, mark.counts)));
    case outside::Ending::kDropped:
      return written(fetch<sql::DropMessageRow>(sql::drop_message(account_id, id, message.claim_token)));
  }
  return false;
}

Result<void> CourierOutbox::tidy() {
  const auto held =
      fetch<sql::HoldMessagesRow>(sql::hold_messages(limits_.account_hour, limits_.account_day, limits_.recipient_day));
  if (!held) return fail(held.error());
  for (const pg::Query& query : {sql::give_up_late_notices(), sql::forget_payloads()}) {
    if (Outcome<void> done = database_->execute(query); !done) return unavailable(done.error());
  }
  const auto now = std::chrono::steady_clock::now();
  if (now < next_removal_) return {};
  for (const pg::Query& query : {sql::remove_old_messages(keep_days_), sql::sweep_news()}) {
    if (Outcome<void> done = database_->execute(query); !done) return unavailable(done.error());
  }
  next_removal_ = now + kRemovalPause;
  return {};
}

int CourierOutbox::descriptor() const { return database_ && database_->is_alive() ? database_->descriptor() : -1; }

bool CourierOutbox::take_news() { return database_ && database_->is_alive() && database_->take_notices(); }

}  // namespace portal::portalctl
