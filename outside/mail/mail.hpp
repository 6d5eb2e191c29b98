// What must never run in a worker: messages leave from here, in a process of its own, over libraries that block. Linked
// by portalctl alone.
//
// This header: a mail as the bytes that travel (RFC 5322, multipart/alternative).
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace portal::outside {

struct Mail {
  std::string from_name;  // may be empty
  std::string from_address;
  std::string to;        // an address
  std::string reply_to;  // an address, or empty
  std::string subject;
  std::string message_id;  // without angle brackets; the same for every try to send the mail
  std::chrono::sys_seconds date;
  std::string text;
  std::string html;
};

// An address that can stand in a header and in the envelope: one "@", a domain, no blanks, controls or anything else
// that means something in either place. kInvalidField (log_detail says why) for anything else.
Result<void> check_address(std::string_view address);

// CRLF lines of at most 998 characters, ours of at most 78 where an address leaves the choice. kInvalidField when an
// address cannot be used (see ascii_address) or a header would hold a control character (SECURITY R51): nothing is
// repaired silently.
Result<std::string> build_mail(const Mail& mail);

}  // namespace portal::outside
