// The outbox as the courier needs it: an interface, because the database is portalctl's.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/link_message.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "courier/settings.hpp"
#include "crypto/digest.hpp"

namespace portal::outside {

struct MessageKey {
  std::int64_t account_id = 0;
  std::int64_t outbox_message_id = 0;
};

// What this courier can make a message of. Other kinds are of a later schema, and are left to its couriers.
inline constexpr std::array<std::string_view, 15> kMessageKinds = {"invitation",
                                                                   "password_reset",
                                                                   "email_confirmation",
                                                                   "password_changed",
                                                                   "email_changed",
                                                                   "staff_invitation",
                                                                   "staff_password_reset",
                                                                   "staff_password_changed",
                                                                   "invitation_test",
                                                                   "mail_test",
                                                                   "work_request_submitted",
                                                                   "work_request_cancelled",
                                                                   "work_request_answered",
                                                                   "quote_decided",
                                                                   "news"};

inline constexpr std::string_view kNewsKind = "news";

// A claimed message. The claim is this courier's until the lease ends, see kLease.
struct Message {
  MessageKey key;
  std::vector<std::uint8_t> claim_token;
  std::string reference;
  std::string kind;
  bool is_sms = false;
  std::string recipient;
  std::string language;
  std::optional<std::int64_t> member_id;
  std::optional<std::int64_t> membership_id;
  std::optional<std::int64_t> staff_id;
  std::optional<std::int64_t> work_request_id = std::nullopt;
  std::optional<std::int64_t> quote_id = std::nullopt;
  std::vector<std::uint8_t> payload;  // sealed
  std::string key_id;
  std::int32_t attempts = 1;       // this one included
  std::int64_t tried_seconds = 0;  // since the first
};

struct MailSetting {
  std::string sender_name, sender_address, reply_to;  // empty: not set
  std::string smtp_host;                              // empty: the host's server
  std::uint16_t smtp_port = 0;
  SmtpSecurity smtp_security = SmtpSecurity::kStartTls;
  std::string smtp_username;
  std::vector<std::uint8_t> smtp_password;  // sealed
  std::string smtp_password_key_id;
  bool server_is_staffs = false;  // chosen by the account's own people, not by the operator
};

// What a member asked for, as it is when the message leaves.
struct WorkRequest {
  std::int32_t number = 0;
  std::string subject;
  std::string state;
  std::string reply;  // empty: none
};

// What a member decided about a quote.
struct QuoteDecision {
  std::string number;
  std::string title;  // empty: none
  std::string client_name;
  std::string decision;
  std::string decided_by;  // empty: nobody knows
  std::string reason;      // empty: none
};

// One thing of which a mail with news tells, as it is when the message leaves.
struct NewsItem {
  std::string kind;  // as members choose them: new_quotes, new_invoices, completed_jobs
  std::int64_t id = 0;
  std::string number;
  std::string title;                              // empty: none
  std::optional<std::int64_t> outstanding_minor;  // of an invoice
  std::string currency;
  std::int64_t of_kind = 1;  // so many there are, with those that are not told one by one
};

// A membership that is to be told something, and where its portal is.
struct DueNews {
  std::int64_t account_id = 0;
  std::int64_t membership_id = 0;
  std::string origin;
};

// What a message is made of besides itself.
struct MessageContext {
  std::string account_name;
  std::string portal_name;           // empty: none
  std::vector<std::string> origins;  // the primary one first
  std::string member_state;          // empty: no member
  std::string staff_state;           // empty: nobody of the staff
  std::string client_name;           // empty: none
  std::string time_zone;
  std::string country;       // of numbers that name none; empty: nobody has said it
  std::string local_expiry;  // of the link, "YYYY-MM-DD HH:MM" in the account's zone; without a link, of one made now
  std::optional<bool> link_is_good;  // none: there is no such link
  bool has_logo = false;
  std::string own_subject, own_html, own_sms;  // the account's invitation in the message's language; empty: none
  std::optional<WorkRequest> request = std::nullopt;
  std::optional<QuoteDecision> decision = std::nullopt;
  std::vector<NewsItem> news = {};  // those of a kind follow each other
  MailSetting mail;
};

struct ClaimRequest {
  std::int32_t slots;
  std::int32_t account_slots;         // of each account, with what is on its way already
  std::vector<std::int64_t> sending;  // the accounts of what is on its way, once for each message
};

// Longer than the longest try, so that nobody else takes what is being sent.
inline constexpr std::int32_t kLeaseSeconds = 180;

// kDropped: there was nothing left to tell, so it is as if there had never been a message.
enum class Ending : std::uint8_t { kSent, kFailed, kPostponed, kDropped };

// What is written down of a try.
struct Mark {
  Ending ending = Ending::kPostponed;
  std::string reason;
  std::int32_t seconds = 0;  // until the next try
  bool counts = true;        // was it a try at all
};

class Outbox {
 public:
  virtual ~Outbox() = default;
  virtual Result<std::vector<Message>> claim(const ClaimRequest& request) = 0;
  // No value: the account is gone.
  virtual Result<std::optional<MessageContext>> load_context(const Message& message,
                                                             const std::optional<crypto::Digest>& link) = 0;
  // False: the claim was somebody else's by now, or the message is gone.
  virtual Result<bool> mark(const Message& message, const Mark& mark) = 0;
  // News that has waited for more of it long enough, the oldest first: not more than a hundred.
  virtual Result<std::vector<DueNews>> due_news() = 0;
  // One message with all of it; nothing when another courier was faster.
  virtual Result<void> write_news(const DueNews& news, const auth::LinkMessage& message) = 0;
  // Writes down of what limits hold back that they do, and forgets what is old.
  virtual Result<void> tidy() = 0;
  // Readable when there may be news; -1: not connected.
  virtual int descriptor() const = 0;
  // Takes all notices there are; true: new messages.
  virtual bool take_news() = 0;
};

}  // namespace portal::outside
