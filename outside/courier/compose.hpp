// From a claimed message to what is sent.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "courier/outbox.hpp"
#include "crypto/keyring.hpp"
#include "crypto/secret.hpp"
#include "layouts/layout_set.hpp"
#include "mail/mail.hpp"
#include "send/sms.hpp"

namespace portal::outside {

// What the sealed payload held.
struct Link {
  std::string origin;
  crypto::SecretString path;  // "/activate#<token>"; empty: the message only tells of something
  std::optional<crypto::Digest> token_hash;
};

// kInternal when it does not open or holds anything else than a link that the portal makes.
Result<Link> open_payload(const Message& message, const crypto::Keyring& keys);

// Why the message must not go out any more; empty: it may.
std::string find_obstacle(const Message& message, const MessageContext& context);

// Names that a message has for the world; the same for every try.
std::string message_id_of(const Message& message, std::string_view origin);
std::string idempotency_key_of(const Message& message);

struct Sender {
  std::string name;
  std::string address;
  std::string reply_to;
};

// Links begin with an origin of the account (SECURITY R52): the one that they were made with while it is one, else the
// primary one. kInternal when the layouts or the account lack something.
Result<Mail> compose_mail(const Message& message, const MessageContext& context, const Link& link, const Sender& sender,
                          const layouts::LayoutSet& layouts);
Result<Sms> compose_sms(const Message& message, const MessageContext& context, const Link& link,
                        const layouts::LayoutSet& layouts);

}  // namespace portal::outside
