// One text message over an HTTP gateway: Twilio's API, or any service that takes a form.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "send/transfer.hpp"

namespace portal::outside {

enum class SmsProvider : std::uint8_t { kNone, kTwilio, kForm };

struct SmsGateway {
  SmsProvider provider = SmsProvider::kNone;
  std::string url;       // Twilio: its base, https://api.twilio.com; form: where it is posted to
  std::string username;  // Twilio: the account's SID; form: of the basic authentication, empty: none
  std::shared_ptr<const crypto::SecretString> password;
  std::string sender;  // a number or a name
  std::string ca_file;
  // Names of the form's fields.
  std::string to_field = "to";
  std::string text_field = "text";
  std::string from_field = "from";
  std::string id_field;  // empty: the id travels in the header Idempotency-Key alone
  struct Field {
    std::string name;
    std::string value;
  };
  std::vector<Field> extra;  // sent with every message
};

struct Sms {
  std::string to;
  std::string text;
  std::string id;  // the same for every try; the provider's idempotency key
};

// A number as gateways take it: digits, with a "+" before them if it was there. kInvalidField for what is none.
Result<std::string> normalise_phone(std::string_view text);

// kInvalidField for a gateway or message that cannot be used: TLS is required except on this machine.
Result<std::unique_ptr<Transfer>> make_sms_transfer(const SmsGateway& gateway, const Sms& sms,
                                                    const Deadlines& deadlines);

}  // namespace portal::outside
