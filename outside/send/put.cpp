#include "send/put.hpp"

#include <curl/curl.h>

#include <algorithm>
#include <memory>

#include "send/smtp.hpp"

namespace portal::outside {
namespace {

constexpr std::size_t kAnswerBytes = 4 * 1024 * 1024;
constexpr long kConnectSeconds = 20;
constexpr long kSeconds = 180;  // longer than the portal gives an import

struct Headers {
  void operator()(curl_slist* list) const noexcept { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, Headers>;

void append(HeaderList& list, const std::string& line) {
  curl_slist* longer = curl_slist_append(list.get(), line.c_str());
  if (!longer) throw std::bad_alloc();
  [[maybe_unused]] curl_slist* const same = list.release();
  list.reset(longer);
}

std::size_t take(char* data, std::size_t size, std::size_t count, void* answer) noexcept {
  auto& body = static_cast<HttpAnswer*>(answer)->body;
  if (body.size() + size * count > kAnswerBytes) return 0;
  try {
    body.append(data, size * count);
  } catch (const std::exception&) {
    return 0;
  }
  return size * count;
}

int ask_whether_to_give_up(void* request, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  try {
    return static_cast<const PutRequest*>(request)->gives_up() ? 1 : 0;
  } catch (const std::exception&) {
    return 1;
  }
}

}  // namespace

bool may_be_fed(std::string_view url) {
  if (std::ranges::any_of(url, [](char letter) { return letter <= ' ' || letter == '\x7F'; })) return false;
  if (url.starts_with("https://")) return true;
  constexpr std::string_view kPlain = "http://";
  if (!url.starts_with(kPlain)) return false;
  const std::string_view authority = url.substr(kPlain.size(), url.find_first_of("/?#", kPlain.size()) - kPlain.size());
  const std::string_view host = authority.substr(0, authority.find(':'));
  return !authority.contains('@') && (is_loopback(host) || host.ends_with(".localhost"));
}

Result<HttpAnswer> put(const PutRequest& request) {
  const std::unique_ptr<CURL, void (*)(CURL*)> handle(curl_easy_init(), curl_easy_cleanup);
  if (!handle) return fail(ErrorCode::kInternal, "libcurl cannot be used");
  HttpAnswer answer;
  HeaderList headers;
  append(headers, "Authorization: Bearer " + request.bearer);
  append(headers, "Content-Type: " + request.media_type);
  append(headers, "Accept: application/json");
  append(headers, "Expect:");
  CURL* const curl = handle.get();
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "https,http");
  // The key goes where it was told to go and nowhere else.
  curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(curl, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!request.ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, request.ca_file.c_str());
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
  const char* const body = request.body.data();
  curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, "PUT");
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, take);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &answer);
  if (request.gives_up) {
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, ask_whether_to_give_up);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, const_cast<PutRequest*>(&request));
  }
  const CURLcode code = curl_easy_perform(curl);
  if (code != CURLE_OK) return fail(ErrorCode::kInternal, curl_easy_strerror(code));
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
  curl_off_t wait = 0;
  curl_easy_getinfo(curl, CURLINFO_RETRY_AFTER, &wait);
  answer.retry_after_seconds = wait;
  return answer;
}

}  // namespace portal::outside
