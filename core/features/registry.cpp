#include "features/registry.hpp"

#include <span>

#include "features/activation/routes.hpp"
#include "features/documents/routes.hpp"
#include "features/jobs/routes.hpp"
#include "features/me/routes.hpp"
#include "features/password/routes.hpp"
#include "features/portal/routes.hpp"
#include "features/session/routes.hpp"
#include "features/sites/routes.hpp"
#include "features/staff/routes.hpp"

namespace portal::features {

std::vector<edge::Route> routes() {
  std::vector<edge::Route> all;
  for (const std::span<const edge::Route> feature :
       {portal_routes(), session_routes(), activation_routes(), password_routes(), me_routes(), sites_routes(),
        jobs_routes(), documents_routes(), staff_routes()}) {
    all.insert(all.end(), feature.begin(), feature.end());
  }
  return all;
}

}  // namespace portal::features
