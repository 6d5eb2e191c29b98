#include "features/registry.hpp"

#include <span>

#include "features/activation/routes.hpp"
#include "features/activity/routes.hpp"
#include "features/api_keys/routes.hpp"
#include "features/clients/routes.hpp"
#include "features/documents/routes.hpp"
#include "features/feed/routes.hpp"
#include "features/import/routes.hpp"
#include "features/invoices/routes.hpp"
#include "features/jobs/routes.hpp"
#include "features/me/routes.hpp"
#include "features/members/routes.hpp"
#include "features/password/routes.hpp"
#include "features/portal/routes.hpp"
#include "features/quotes/routes.hpp"
#include "features/session/routes.hpp"
#include "features/sites/routes.hpp"
#include "features/staff/routes.hpp"
#include "features/staff_documents/routes.hpp"
#include "features/staff_layouts/routes.hpp"
#include "features/staff_logo/routes.hpp"
#include "features/staff_mail/routes.hpp"
#include "features/staff_portal/routes.hpp"
#include "features/staff_view/routes.hpp"
#include "features/stream/routes.hpp"
#include "features/work_requests/routes.hpp"

namespace portal::features {

std::vector<edge::Route> routes() {
  std::vector<edge::Route> all;
  for (const std::span<const edge::Route> feature : {
           portal_routes(),     session_routes(),       activation_routes(),    password_routes(),
           me_routes(),         sites_routes(),         jobs_routes(),          documents_routes(),
           stream_routes(),     staff_routes(),         staff_portal_routes(),  staff_documents_routes(),
           staff_logo_routes(), staff_layouts_routes(), staff_mail_routes(),    staff_view_routes(),
           clients_routes(),    members_routes(),       activity_routes(),      api_key_routes(),
           import_routes(),     invoices_routes(),      work_requests_routes(), feed_routes(),
           quotes_routes(),
       }) {
    all.insert(all.end(), feature.begin(), feature.end());
  }
  return all;
}

}  // namespace portal::features
