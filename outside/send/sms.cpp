#include "send/sms.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/utf8.hpp"
#include "send/smtp.hpp"

namespace portal::outside {
namespace {

constexpr std::size_t kAnswerBytes = 16 * 1024;

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string result;
  for (const char letter : text) {
    const bool is_plain = (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                          (letter >= '0' && letter <= '9') || letter == '-' || letter == '_' || letter == '.' ||
                          letter == '~';
    const auto byte = static_cast<unsigned char>(letter);
    if (is_plain) {
      result += letter;
    } else {
      result += {'%', kDigits[byte >> 4], kDigits[byte & 15]};
    }
  }
  return result;
}

void append(std::string& form, std::string_view name, std::string_view value) {
  if (!form.empty()) form += '&';
  form += percent_encoded(name) + "=" + percent_encoded(value);
}

std::string form_of(const SmsGateway& gateway, const Sms& sms) {
  std::string form;
  const bool is_twilio = gateway.provider == SmsProvider::kTwilio;
  append(form, is_twilio ? "To" : gateway.to_field, sms.to);
  if (!gateway.sender.empty()) append(form, is_twilio ? "From" : gateway.from_field, gateway.sender);
  append(form, is_twilio ? "Body" : gateway.text_field, sms.text);
  if (!is_twilio && !gateway.id_field.empty()) append(form, gateway.id_field, sms.id);
  for (const SmsGateway::Field& field : gateway.extra) append(form, field.name, field.value);
  return form;
}

std::string url_of(const SmsGateway& gateway) {
  if (gateway.provider != SmsProvider::kTwilio) return gateway.url;
  std::string base = gateway.url;
  while (base.ends_with('/')) base.pop_back();
  return fmt::format("{}/2010-04-01/Accounts/{}/Messages.json", base, percent_encoded(gateway.username));
}

bool may_be_asked(std::string_view url) {
  if (std::ranges::any_of(url, [](char letter) { return letter <= ' ' || letter == '\x7F'; })) return false;
  if (url.starts_with("https://")) return true;
  constexpr std::string_view kPlain = "http://";
  if (!url.starts_with(kPlain)) return false;
  std::string_view rest = url.substr(kPlain.size());
  rest = rest.substr(0, rest.find_first_of("/?#"));
  // What stands before "@" would be a user, and the host what follows.
  return !rest.contains('@') && is_loopback(rest.substr(0, rest.find(':')));
}

// Answers that speak of how the gateway is set up: who we are, what is paid for, where and how it is asked.
bool is_of_the_set_up(long status) {
  constexpr std::array<long, 7> kStatuses = {401, 402, 403, 404, 405, 407, 415};
  return std::ranges::find(kStatuses, status) != kStatuses.end();
}

class SmsTransfer final : public Transfer {
 public:
  SmsTransfer(const SmsGateway& gateway, const Sms& sms, const Deadlines& deadlines)
      : Transfer(deadlines, gateway.ca_file), form_(form_of(gateway, sms)) {
    curl_easy_setopt(handle(), CURLOPT_PROTOCOLS_STR, "https,http");
    curl_easy_setopt(handle(), CURLOPT_URL, url_of(gateway).c_str());
    if (!gateway.username.empty()) {
      curl_easy_setopt(handle(), CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BASIC));
      curl_easy_setopt(handle(), CURLOPT_USERNAME, gateway.username.c_str());
      std::string password(gateway.password ? gateway.password->view() : std::string_view());
      curl_easy_setopt(handle(), CURLOPT_PASSWORD, password.c_str());
      crypto::wipe(password.data(), password.size());
    }
    headers_ = curl_slist_append(headers_, ("Idempotency-Key: " + sms.id).c_str());
    headers_ = curl_slist_append(headers_, ("I-Twilio-Idempotency-Token: " + sms.id).c_str());
    headers_ = curl_slist_append(headers_, "Accept: application/json");
    headers_ = curl_slist_append(headers_, "Expect:");
    curl_easy_setopt(handle(), CURLOPT_HTTPHEADER, headers_);
    curl_easy_setopt(handle(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(form_.size()));
    curl_easy_setopt(handle(), CURLOPT_POSTFIELDS, form_.c_str());
    curl_easy_setopt(handle(), CURLOPT_WRITEFUNCTION, &SmsTransfer::write);
    curl_easy_setopt(handle(), CURLOPT_WRITEDATA, this);
  }

  ~SmsTransfer() override {
    curl_slist_free_all(headers_);
    crypto::wipe(form_.data(), form_.size());
  }

 protected:
  SendOutcome conclude(int code) override {
    const long status = response_code();
    // The status line is the answer: a 2xx has taken the message, whatever becomes of the page behind it, and once more
    // would be a second one.
    const bool is_answered = status >= 200;
    if (is_answered && status >= 200 && status < 300) return {.verdict = Verdict::kSent, .reason = {}};
    if (!is_answered) return {.verdict = Verdict::kLater, .reason = describe(code), .server_is_away = true};
    curl_off_t wait = 0;
    curl_easy_getinfo(handle(), CURLINFO_RETRY_AFTER, &wait);
    // What gateways answer repeats numbers and texts, so only the status is kept. 408 and 429 speak of the moment; what
    // is left of 4xx of this message.
    const bool is_set_up_wrong = is_of_the_set_up(status);
    const bool refused = status >= 400 && status < 500 && !is_set_up_wrong && status != 408 && status != 429;
    return {.verdict = refused ? Verdict::kRefused : Verdict::kLater,
            .reason = fmt::format("the gateway answered {}", status),
            .retry_after = std::chrono::seconds(wait),
            .server_is_away = status >= 500 || is_set_up_wrong};
  }

 private:
  static std::size_t write(char*, std::size_t size, std::size_t count, void* self) noexcept {
    auto& transfer = *static_cast<SmsTransfer*>(self);
    transfer.answered_ += size * count;
    // Nothing of it is kept, so an answer without end is not read to its end.
    return transfer.answered_ > kAnswerBytes ? 0 : size * count;
  }

  std::string form_;
  curl_slist* headers_ = nullptr;
  std::size_t answered_ = 0;
};

}  // namespace

Result<std::string> normalise_phone(std::string_view text) {
  constexpr std::string_view kBetween = " -.()/";
  std::string number;
  for (const char letter : text) {
    const bool is_digit = letter >= '0' && letter <= '9';
    if (is_digit || (letter == '+' && number.empty())) {
      number += letter;
    } else if (kBetween.find(letter) == std::string_view::npos) {
      return fail(ErrorCode::kInvalidField, "the recipient is no phone number");
    }
  }
  const std::size_t digits = number.size() - (number.starts_with('+') ? 1 : 0);
  // ITU-T E.164: at most 15; short ones are services.
  if (digits < 3 || digits > 15) return fail(ErrorCode::kInvalidField, "the recipient is no phone number");
  return number;
}

Result<std::unique_ptr<Transfer>> make_sms_transfer(const SmsGateway& gateway, const Sms& sms,
                                                    const Deadlines& deadlines) {
  const Result<std::string> number = normalise_phone(sms.to);
  if (!number) return fail(number.error());
  if (!may_be_asked(gateway.url)) return fail(ErrorCode::kInvalidField, "the gateway's URL must begin with https://");
  if (!is_valid_text(sms.text)) return fail(ErrorCode::kInvalidField, "the message is not valid text");
  Sms clean = sms;
  clean.to = *number;
  return std::make_unique<SmsTransfer>(gateway, clean, deadlines);
}

}  // namespace portal::outside
