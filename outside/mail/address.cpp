#include "mail/address.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <clocale>
#include <memory>

#include "mail/mail.hpp"

namespace portal::outside {
namespace {

std::unexpected<Error> refuse(std::string_view why) { return fail(ErrorCode::kInvalidField, std::string(why)); }

bool is_ascii(std::string_view text) {
  return std::ranges::none_of(text, [](char letter) { return static_cast<unsigned char>(letter) >= 0x80; });
}

bool is_domain(std::string_view domain) {
  const bool has_empty_label =
      domain.starts_with('.') || domain.ends_with('.') || domain.find("..") != std::string_view::npos;
  return !domain.empty() && !has_empty_label && std::ranges::all_of(domain, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '-' || letter == '_' || letter == '.';
  });
}

// libcurl reads names in the encoding of the thread's locale, which is ASCII in a process that never asked for another.
class Utf8Locale {
 public:
  Utf8Locale() : utf8_(::newlocale(LC_CTYPE_MASK, "C.UTF-8", locale_t{})) {
    if (utf8_) former_ = ::uselocale(utf8_);
  }
  Utf8Locale(const Utf8Locale&) = delete;
  Utf8Locale& operator=(const Utf8Locale&) = delete;
  ~Utf8Locale() {
    if (!utf8_) return;
    ::uselocale(former_);
    ::freelocale(utf8_);
  }

 private:
  locale_t utf8_;
  locale_t former_{};
};

std::string to_ascii(std::string_view domain) {
  const Utf8Locale locale;
  const std::unique_ptr<CURLU, void (*)(CURLU*)> url(curl_url(), curl_url_cleanup);
  if (!url || curl_url_set(url.get(), CURLUPART_HOST, std::string(domain).c_str(), 0) != CURLUE_OK) return {};
  char* written = nullptr;
  const CURLUcode code = curl_url_get(url.get(), CURLUPART_HOST, &written, CURLU_PUNYCODE);
  const std::unique_ptr<char, void (*)(void*)> held(written, curl_free);
  return code == CURLUE_OK && written ? std::string(written) : std::string();
}

}  // namespace

Result<std::string> ascii_address(std::string_view address) {
  if (Result<void> valid = check_address(address); !valid) return fail(valid.error());
  if (is_ascii(address)) return std::string(address);
  const std::size_t at = address.find('@');
  if (!is_ascii(address.substr(0, at)))
    return refuse("the address has letters before the @ that mail servers cannot be relied on to take");
  const std::string domain = to_ascii(address.substr(at + 1));
  if (!is_domain(domain)) return refuse("the domain of the address cannot be written as mail servers take it");
  std::string written = std::string(address.substr(0, at + 1)) + domain;
  if (Result<void> valid = check_address(written); !valid) return fail(valid.error());
  return written;
}

}  // namespace portal::outside
