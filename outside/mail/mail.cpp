#include "mail/mail.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "base/limits.hpp"
#include "base/utf8.hpp"
#include "crypto/digest.hpp"
#include "mail/address.hpp"
#include "mail/encode.hpp"

namespace portal::outside {
namespace {

std::unexpected<Error> refuse(std::string why) { return fail(ErrorCode::kInvalidField, std::move(why)); }

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char letter) { return (letter >= 0 && letter < ' ') || letter == '\x7F'; });
}

Result<void> check_header(std::string_view name, std::string_view value) {
  if (!is_valid_text(value)) return refuse(fmt::format("{} is not valid text", name));
  if (has_control(value)) return refuse(fmt::format("{} holds a control character", name));
  return {};
}

// RFC 5322 section 3.3, always in UTC.
std::string format_date(std::chrono::sys_seconds time) {
  constexpr std::array<std::string_view, 7> kDays = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::array<std::string_view, 12> kMonths = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                        "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const auto day = std::chrono::floor<std::chrono::days>(time);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss clock(time - day);
  return fmt::format("{}, {} {} {} {:02}:{:02}:{:02} +0000", kDays[std::chrono::weekday(day).c_encoding()],
                     static_cast<unsigned>(date.day()), kMonths[static_cast<unsigned>(date.month()) - 1],
                     static_cast<int>(date.year()), clock.hours().count(), clock.minutes().count(),
                     clock.seconds().count());
}

// Cannot stand in a part: quoted-printable writes "=" as "=3D", never before "_".
std::string boundary_of(std::string_view message_id) {
  const crypto::Digest digest = crypto::sha256(message_id);
  std::string boundary = "=_";
  for (std::size_t index = 0; index < 12; ++index) boundary += fmt::format("{:02x}", digest[index]);
  return boundary;
}

std::string part(std::string_view boundary, std::string_view type, std::string_view content) {
  return fmt::format(
      "--{}\r\nContent-Type: {}; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n{}\r\n", boundary,
      type, encode_quoted_printable(content));
}

}  // namespace

Result<void> check_address(std::string_view address) {
  constexpr std::string_view kForbidden = " ()<>[]:;\\,\"";
  if (!is_valid_text(address) || address.size() > limits::kEmailBytes)
    return refuse("the address is not valid text or too long");
  if (has_control(address)) return refuse("the address holds a control character");
  if (address.find_first_of(kForbidden) != std::string_view::npos)
    return refuse("the address holds a character that mail cannot carry");
  const std::size_t at = address.find('@');
  if (at == 0 || at == std::string_view::npos || at + 1 == address.size() ||
      address.find('@', at + 1) != std::string_view::npos)
    return refuse("the address has no name or no domain");
  return {};
}

Result<std::string> build_mail(const Mail& mail) {
  const Result<std::string> from = ascii_address(mail.from_address);
  const Result<std::string> to = ascii_address(mail.to);
  const Result<std::string> reply_to = mail.reply_to.empty() ? std::string() : ascii_address(mail.reply_to);
  for (const Result<std::string>* address : {&from, &to, &reply_to}) {
    if (!*address) return fail(address->error());
  }
  if (Result<void> valid = check_header("the sender's name", mail.from_name); !valid) return fail(valid.error());
  if (Result<void> valid = check_header("the subject", mail.subject); !valid) return fail(valid.error());
  if (Result<void> valid = check_header("the Message-ID", mail.message_id); !valid) return fail(valid.error());
  if (!is_valid_text(mail.text) || !is_valid_text(mail.html)) return refuse("the body is not valid text");
  const std::string boundary = boundary_of(mail.message_id);
  std::string result = "From: " + encode_mailbox(mail.from_name, *from, 6) + "\r\n";
  result += "To: " + *to + "\r\n";
  if (!reply_to->empty()) result += "Reply-To: " + *reply_to + "\r\n";
  result += encode_header("Subject", mail.subject);
  result += "Date: " + format_date(mail.date) + "\r\n";
  result += "Message-ID:\r\n <" + mail.message_id + ">\r\n";
  // RFC 3834: no holiday replies, please.
  result += "Auto-Submitted: auto-generated\r\nMIME-Version: 1.0\r\n";
  result += fmt::format("Content-Type: multipart/alternative;\r\n boundary=\"{}\"\r\n\r\n", boundary);
  result += part(boundary, "text/plain", mail.text) + part(boundary, "text/html", mail.html);
  return result + "--" + boundary + "--\r\n";
}

}  // namespace portal::outside
