// Invitations (FEATURES A6 to A8): what may stand in an account's own layouts of them, and what comes of one. The
// module checks and shows them, the courier sends them, both with this.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "layouts/layout.hpp"
#include "layouts/layout_set.hpp"

namespace portal::layouts {

inline constexpr std::array<std::string_view, 5> kInvitationNames = {"client.name", "company.name", "portal.url",
                                                                     "activation.url", "activation.expires"};

inline constexpr std::size_t kSubjectCharacters = 300;  // as the columns
inline constexpr std::size_t kHtmlCharacters = 60'000;
inline constexpr std::size_t kSmsCharacters = 1000;

// The texts that stand for the names.
struct InvitationValues {
  std::string_view client_name;
  std::string_view company_name;
  std::string_view portal_url;
  std::string_view activation_url;
  std::string_view activation_expires;

  std::array<Value, 5> values() const {
    return {Value{.name = kInvitationNames[0], .text = client_name},
            Value{.name = kInvitationNames[1], .text = company_name},
            Value{.name = kInvitationNames[2], .text = portal_url},
            Value{.name = kInvitationNames[3], .text = activation_url},
            Value{.name = kInvitationNames[4], .text = activation_expires}};
  }
};

// Each refuses as Layout::parse does, the HTML also as check_html does. Besides: missing_activation_url (in the HTML
// and the SMS; at no place), and invalid_text for controls, which for a subject are line ends, too. A subject does not
// hold the link.
Result<Layout> parse_invitation_subject(std::string_view text);
Result<Layout> parse_invitation_html(std::string_view html);
Result<Layout> parse_invitation_sms(std::string_view text);

// What stands in the place of an account's own; views into the set.
struct InvitationDefault {
  std::string_view subject;
  std::string_view html;
  std::string_view sms;
};
InvitationDefault default_invitation(const LayoutSet& layouts, std::string_view language);

// "2026-12-05 18:00" as people write it.
std::string describe_time(std::string_view local, std::string_view language, std::string_view zone);

// Somebody who does not exist, for whoever looks what an invitation is like. Its link opens nothing, and is as long as
// one that does.
class InvitationExample {
 public:
  InvitationExample(std::string_view company_name, std::string_view origin, std::string_view local_expiry,
                    std::string_view zone, std::string_view language);
  InvitationValues values() const;

 private:
  std::string company_name_;
  std::string client_name_;
  std::string portal_url_;
  std::string activation_url_;
  std::string expires_;
};

struct InvitationMail {
  std::string subject;
  std::string html;  // what stands inside the frame
  std::string text;
};
// kInternal when a layout lacks something.
Result<InvitationMail> make_invitation_mail(const Layout& subject, const Layout& html, const InvitationValues& values);
// Of an account without one of its own.
Result<InvitationMail> make_default_mail(const LayoutSet& layouts, std::string_view language,
                                         const InvitationValues& values);

// The whole document, as it is shown before it is saved: what stands around each mail is the account's name, its logo
// if it has one, and where its portal is.
Result<std::string> frame_html(const LayoutSet& layouts, std::string_view html, std::string_view company_name,
                               std::string_view portal_url, bool has_logo);

// Where the logo of the portal at this URL is.
std::string logo_url_of(std::string_view portal_url);

}  // namespace portal::layouts
