#include "send/transfer.hpp"

#include <curl/curl.h>

#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <stdexcept>

#include "base/utf8.hpp"
#include "send/public_address.hpp"

namespace portal::outside {
namespace {

void require(bool succeeded) {
  if (!succeeded) throw std::runtime_error("libcurl cannot be used");
}

int is_ending(void* ending, curl_off_t, curl_off_t, curl_off_t, curl_off_t) noexcept {
  return static_cast<const std::atomic<bool>*>(ending)->load() ? 1 : 0;
}

}  // namespace

std::string printable(std::string_view text) {
  constexpr std::size_t kLongest = 300;
  std::string line(text);
  std::ranges::replace_if(line, [](char letter) { return (letter >= 0 && letter < ' ') || letter == '\x7F'; }, ' ');
  if (!is_valid_text(line)) std::ranges::replace_if(line, [](char letter) { return letter < 0; }, '?');
  // C1, of which terminals understand some as the beginning of a command.
  for (std::size_t at = 0; (at = line.find('\xC2', at)) != std::string::npos; ++at) {
    if (at + 1 < line.size() && static_cast<unsigned char>(line[at + 1]) < 0xA0) line.replace(at, 2, " ");
  }
  while (line.ends_with(' ')) line.pop_back();
  return std::string(truncate_text(line, kLongest));
}

void prepare_network() { require(curl_global_init(CURL_GLOBAL_DEFAULT) == CURLE_OK); }

Transfer::Transfer(const Deadlines& deadlines, const std::string& ca_file)
    : handle_(curl_easy_init()), error_(std::make_unique<char[]>(CURL_ERROR_SIZE)) {
  require(handle_ != nullptr);
  curl_easy_setopt(handle_, CURLOPT_ERRORBUFFER, error_.get());
  curl_easy_setopt(handle_, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(handle_, CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(deadlines.connect.count()));
  curl_easy_setopt(handle_, CURLOPT_TIMEOUT_MS, static_cast<long>(deadlines.total.count()));
  // Also of the answer to QUIT, to which the time for everything does not apply.
  curl_easy_setopt(handle_, CURLOPT_SERVER_RESPONSE_TIMEOUT,
                   static_cast<long>(std::chrono::ceil<std::chrono::seconds>(deadlines.total).count()));
  curl_easy_setopt(handle_, CURLOPT_FORBID_REUSE, 1L);
  // SECURITY R59: certificates and their names are looked at, and there is no way to say otherwise.
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYPEER, 1L);
  curl_easy_setopt(handle_, CURLOPT_SSL_VERIFYHOST, 2L);
  curl_easy_setopt(handle_, CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2));
  if (!ca_file.empty()) curl_easy_setopt(handle_, CURLOPT_CAINFO, ca_file.c_str());
  // Nothing from the environment decides where messages go (SECURITY R61).
  curl_easy_setopt(handle_, CURLOPT_PROXY, "");
  curl_easy_setopt(handle_, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
  curl_easy_setopt(handle_, CURLOPT_FOLLOWLOCATION, 0L);
}

Transfer::~Transfer() { curl_easy_cleanup(handle_); }

int Transfer::open_public(void* self, int, curl_sockaddr* address) noexcept {
  if (!is_public(&address->addr)) {
    static_cast<Transfer*>(self)->met_own_network_ = true;
    return CURL_SOCKET_BAD;
  }
  return ::socket(address->family, address->socktype | SOCK_CLOEXEC, address->protocol);
}

void Transfer::refuse_own_networks() {
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETDATA, this);
  curl_easy_setopt(handle_, CURLOPT_OPENSOCKETFUNCTION, &Transfer::open_public);
}

long Transfer::response_code() const {
  long code = 0;
  curl_easy_getinfo(handle_, CURLINFO_RESPONSE_CODE, &code);
  return code;
}

std::string Transfer::describe(int code) const {
  const std::string_view own = error_.get();
  return printable(own.empty() ? std::string_view(curl_easy_strerror(static_cast<CURLcode>(code))) : own);
}

SendOutcome Transfer::perform(const std::atomic<bool>& ending) {
  curl_easy_setopt(handle_, CURLOPT_NOPROGRESS, 0L);
  curl_easy_setopt(handle_, CURLOPT_XFERINFODATA, static_cast<const void*>(&ending));
  curl_easy_setopt(handle_, CURLOPT_XFERINFOFUNCTION, &is_ending);
  return conclude(curl_easy_perform(handle_));
}

Transfers::Transfers() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) { require(wake_ >= 0); }

Transfers::~Transfers() {
  ending_ = true;
  for (auto& [id, thread] : threads_) thread.join();
  ::close(wake_);
}

void Transfers::begin(std::uint64_t id, std::unique_ptr<Transfer> transfer) {
  threads_.emplace(id, std::thread([this, id, held = std::move(transfer)]() mutable { run(id, std::move(held)); }));
}

void Transfers::run(std::uint64_t id, std::unique_ptr<Transfer> transfer) noexcept {
  SendOutcome outcome;
  try {
    outcome = transfer->perform(ending_);
  } catch (const std::exception&) {
    outcome.reason = "there was no memory";
  }
  // Before anybody hears of the end: closing a connection may take time too.
  transfer.reset();
  {
    const std::lock_guard lock(mutex_);
    ended_.push_back({.id = id, .outcome = std::move(outcome)});
  }
  const std::uint64_t one = 1;
  // Only a full counter refuses, and that wakes as well.
  [[maybe_unused]] const ssize_t ignored = ::write(wake_, &one, sizeof one);
}

void Transfers::wait(std::span<const int> descriptors, std::chrono::milliseconds longest) {
  std::vector<pollfd> entries{{.fd = wake_, .events = POLLIN, .revents = 0}};
  for (const int descriptor : descriptors) entries.push_back({.fd = descriptor, .events = POLLIN, .revents = 0});
  ::poll(entries.data(), entries.size(), static_cast<int>(longest.count()));
}

std::vector<Transfers::Ended> Transfers::take_ended() {
  std::uint64_t count = 0;
  [[maybe_unused]] const ssize_t ignored = ::read(wake_, &count, sizeof count);
  std::vector<Ended> ended;
  {
    const std::lock_guard lock(mutex_);
    ended.swap(ended_);
  }
  for (const Ended& each : ended) {
    auto thread = threads_.extract(each.id);
    thread.mapped().join();
  }
  return ended;
}

}  // namespace portal::outside
