#include "send/smtp.hpp"

#include <curl/curl.h>

#include <algorithm>

#include <fmt/format.h>

#include "mail/address.hpp"

namespace portal::outside {
namespace {

enum class Phase : std::uint8_t { kBefore, kSender, kRecipient, kText };

bool is_host(std::string_view host) {
  return !host.empty() && host.size() <= 253 && std::ranges::all_of(host, [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') || (letter >= '0' && letter <= '9') ||
           letter == '.' || letter == '-' || letter == ':';
  });
}

bool has_control(std::string_view text) {
  return std::ranges::any_of(text, [](char letter) { return (letter >= 0 && letter < ' ') || letter == '\x7F'; });
}

std::string url_of(const SmtpServer& server) {
  const bool is_ipv6 = server.host.find(':') != std::string::npos;
  return fmt::format("{}://{}{}{}:{}/{}", server.security == SmtpSecurity::kTls ? "smtps" : "smtp", is_ipv6 ? "[" : "",
                     server.host, is_ipv6 ? "]" : "", server.port, server.hello);
}

class SmtpTransfer final : public Transfer {
 public:
  SmtpTransfer(const SmtpServer& server, const SmtpEnvelope& envelope, std::string mail, const Deadlines& deadlines)
      : Transfer(deadlines, server.ca_file), mail_(std::move(mail)) {
    curl_easy_setopt(handle(), CURLOPT_PROTOCOLS_STR, "smtp,smtps");
    if (server.only_public) refuse_own_networks();
    curl_easy_setopt(handle(), CURLOPT_URL, url_of(server).c_str());
    curl_easy_setopt(handle(), CURLOPT_USE_SSL,
                     static_cast<long>(server.security == SmtpSecurity::kNone ? CURLUSESSL_NONE : CURLUSESSL_ALL));
    if (!server.username.empty()) {
      curl_easy_setopt(handle(), CURLOPT_USERNAME, server.username.c_str());
      // libcurl wants an end and makes a copy of its own.
      std::string password(server.password ? server.password->view() : std::string_view());
      curl_easy_setopt(handle(), CURLOPT_PASSWORD, password.c_str());
      crypto::wipe(password.data(), password.size());
    }
    curl_easy_setopt(handle(), CURLOPT_MAIL_FROM, ("<" + envelope.sender + ">").c_str());
    recipients_ = curl_slist_append(nullptr, ("<" + envelope.recipient + ">").c_str());
    curl_easy_setopt(handle(), CURLOPT_MAIL_RCPT, recipients_);
    curl_easy_setopt(handle(), CURLOPT_UPLOAD, 1L);
    curl_easy_setopt(handle(), CURLOPT_READFUNCTION, &SmtpTransfer::read);
    curl_easy_setopt(handle(), CURLOPT_READDATA, this);
    curl_easy_setopt(handle(), CURLOPT_INFILESIZE_LARGE, static_cast<curl_off_t>(mail_.size()));
    // The dialogue tells what a refusal was meant for.
    curl_easy_setopt(handle(), CURLOPT_VERBOSE, 1L);
    curl_easy_setopt(handle(), CURLOPT_DEBUGFUNCTION, &SmtpTransfer::overhear);
    curl_easy_setopt(handle(), CURLOPT_DEBUGDATA, this);
  }

  ~SmtpTransfer() override { curl_slist_free_all(recipients_); }

 protected:
  SendOutcome conclude(int code) override {
    // The mail is the server's from this answer on, whatever became of the connection afterwards.
    const bool is_taken = phase_ == Phase::kText && reply_.starts_with('2');
    if (code == CURLE_OK || is_taken) return {.verdict = Verdict::kSent, .reason = {}};
    const bool refused = reply_.starts_with('5') && (phase_ == Phase::kRecipient || phase_ == Phase::kText);
    const bool answered = reply_.starts_with('4') || reply_.starts_with('5');
    if (phase_ == Phase::kBefore && met_own_network())
      return {.reason = "the mail server's address is not a public one", .server_is_away = true};
    return {.verdict = refused ? Verdict::kRefused : Verdict::kLater,
            .reason = answered && phase_ != Phase::kBefore ? printable(reply_) : describe(code),
            .server_is_away = phase_ == Phase::kBefore};
  }

 private:
  static std::size_t read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept {
    auto& transfer = *static_cast<SmtpTransfer*>(self);
    const std::size_t bytes = std::min(size * count, transfer.mail_.size() - transfer.sent_);
    std::ranges::copy(std::string_view(transfer.mail_).substr(transfer.sent_, bytes), buffer);
    transfer.sent_ += bytes;
    return bytes;
  }

  // Commands of the authentication go by here too: of what is sent, only the verb is looked at, and nothing is kept.
  static int overhear(CURL*, curl_infotype type, char* data, std::size_t size, void* self) noexcept {
    try {
      static_cast<SmtpTransfer*>(self)->note(type, {data, size});
    } catch (const std::exception&) {
      return 0;
    }
    return 0;
  }

  void note(curl_infotype type, std::string_view line) {
    if (type == CURLINFO_HEADER_OUT) {
      if (line.starts_with("MAIL ")) phase_ = Phase::kSender;
      if (line.starts_with("RCPT ")) phase_ = Phase::kRecipient;
      if (line.starts_with("DATA")) phase_ = Phase::kText;
      // What is answered to QUIT says nothing about the mail.
      is_over_ = line.starts_with("QUIT");
      if (!is_over_) reply_.clear();
    } else if (type == CURLINFO_HEADER_IN && phase_ != Phase::kBefore && !is_over_) {
      reply_ = line;
    }
  }

  std::string mail_;
  std::size_t sent_ = 0;
  curl_slist* recipients_ = nullptr;
  Phase phase_ = Phase::kBefore;
  bool is_over_ = false;
  std::string reply_;
};

}  // namespace

bool is_loopback(std::string_view host) {
  // Not "127.example.com".
  return host == "localhost" || host == "::1" ||
         (host.starts_with("127.") && host.find_first_not_of("0123456789.") == std::string_view::npos);
}

Result<std::unique_ptr<Transfer>> make_smtp_transfer(const SmtpServer& server, const SmtpEnvelope& envelope,
                                                     std::string mail, const Deadlines& deadlines) {
  if (!is_host(server.host) || (!server.hello.empty() && !is_host(server.hello)))
    return fail(ErrorCode::kInvalidField, "the mail server's name is no host");
  if (server.security == SmtpSecurity::kNone && !is_loopback(server.host))
    return fail(ErrorCode::kInvalidField, "mail leaves this machine only encrypted");
  if (has_control(server.username) || (server.password && has_control(server.password->view())))
    return fail(ErrorCode::kInvalidField, "the mail server's user or password holds a control character");
  const Result<std::string> sender = ascii_address(envelope.sender);
  if (!sender) return fail(sender.error());
  const Result<std::string> recipient = ascii_address(envelope.recipient);
  if (!recipient) return fail(recipient.error());
  return std::make_unique<SmtpTransfer>(server, SmtpEnvelope{.sender = *sender, .recipient = *recipient},
                                        std::move(mail), deadlines);
}

}  // namespace portal::outside
