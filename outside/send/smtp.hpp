// One mail to one recipient over SMTP.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/result.hpp"
#include "crypto/secret.hpp"
#include "send/transfer.hpp"

namespace portal::outside {

enum class SmtpSecurity : std::uint8_t {
  kStartTls,  // required: without it nothing is sent
  kTls,       // from the first byte
  kNone,      // for a server on this machine only
};

struct SmtpServer {
  std::string host;
  std::uint16_t port = 587;
  SmtpSecurity security = SmtpSecurity::kStartTls;
  std::string username;  // empty: no authentication
  std::shared_ptr<const crypto::SecretString> password;
  std::string ca_file;  // empty: the machine's own certificate authorities
  std::string hello;    // the name that EHLO says; empty: libcurl's choice
  // Nothing is sent to addresses that only we reach: a name that a stranger chose may lead into our own network.
  bool only_public = false;

  std::string name() const { return host + ":" + std::to_string(port); }
};

struct SmtpEnvelope {
  std::string sender;
  std::string recipient;
};

// kInvalidField when anything in server or envelope is no host, name or address: control characters never reach libcurl
// (SECURITY R51). A 5xx that the recipient or the text got is a refusal; any other refusal speaks of us or of the
// server and is tried again.
Result<std::unique_ptr<Transfer>> make_smtp_transfer(const SmtpServer& server, const SmtpEnvelope& envelope,
                                                     std::string mail, const Deadlines& deadlines);

bool is_loopback(std::string_view host);

}  // namespace portal::outside
