/* Who asks, through the boundary, as the glue of nginx asks it. */
#include <stdio.h>
#include <string.h>

#include "c_api/harness.h"

typedef struct {
  test_world* world;
  portal_keys* keys;
  portal_worker* worker;
  int done;
} site;

static portal_text text_of(const char* text) { return (portal_text){text, strlen(text)}; }

static int open_site(void** state) {
  static site opened;
  char why[256] = "";
  portal_worker_options options = {.host_refresh_milliseconds = 30000, .remembered_sessions = 100};
  void* world = NULL;
  if (test_world_setup(&world) != 0) return 1;
  opened = (site){.world = world, .keys = portal_keys_load(test_keys_file(world), why, sizeof why)};
  options.conninfo = text_of(test_conninfo(world));
  options.keys = opened.keys;
  options.loop = test_loop(world);
  options.offload = test_offload(world);
  opened.worker = portal_worker_create(&options, why, sizeof why);
  *state = &opened;
  return opened.worker == NULL;
}

static int close_site(void** state) {
  site* opened = *state;
  void* world = opened->world;
  portal_worker_destroy(opened->worker);
  portal_keys_destroy(opened->keys);
  return test_world_teardown(&world);
}

static void on_done(void* context) { ++*(int*)context; }

static portal_request request_of(const char* method, const portal_header* headers, size_t count) {
  return (portal_request){.method = text_of(method),
                          .path = text_of("/files/plan.pdf"),
                          .host = text_of("brightwater.localhost"),
                          .account = text_of("brightwater.localhost"),
                          .peer_address = text_of("127.0.0.1"),
                          .request_id = text_of("0123456789abcdef"),
                          .headers = headers,
                          .header_count = count,
                          .insecure_cookie = 1};
}

static int is(portal_text text, const char* words) {
  return text.size == strlen(words) && memcmp(text.data, words, text.size) == 0;
}

static void ask(site* opened, const portal_request* request, uint32_t needed, portal_identity* identity) {
  portal_identification* identification;
  opened->done = 0;
  identification = portal_identification_start(opened->worker, request, needed, on_done, &opened->done);
  assert_non_null(identification);
  assert_int_equal(opened->done, 0);
  assert_int_equal(test_wait_for(opened->world, &opened->done), 1);
  portal_identification_result(identification, identity);
  assert_int_equal(portal_worker_active(opened->worker), 1);
  portal_identification_destroy(identification);
  assert_int_equal(portal_worker_active(opened->worker), 0);
}

static void a_member_is_known_and_then_known_at_once(void** state) {
  site* opened = *state;
  char cookie[128];
  portal_identity identity;
  portal_request request;
  uint32_t missing;
  int turns;
  snprintf(cookie, sizeof cookie, "portal-member=%s", test_session(opened->world));
  {
    const portal_header headers[] = {{text_of("Cookie"), text_of(cookie)}};
    request = request_of("GET", headers, 1);
    assert_int_equal(portal_identify_at_once(opened->worker, &request, 0, &identity), 0);
    ask(opened, &request, 0, &identity);
    assert_int_equal(identity.status, 0);
    assert_int_equal(identity.signed_in, 1);
    assert_true(identity.member_number > 0);
    /* The listener's lease begins a moment after the worker; then one confirmation is enough for others. */
    for (turns = 0; turns < 2000 && !portal_identify_at_once(opened->worker, &request, 0, &identity); ++turns) {
      ask(opened, &request, 0, &identity);
    }
    assert_true(turns < 2000);
    assert_int_equal(identity.signed_in, 1);
    assert_true(is(identity.account, "brightwater"));
    assert_true(memchr(identity.email.data, '@', identity.email.size) != NULL);
    assert_true(identity.permission_bits & portal_permission_bit(text_of("view_job_status")));
    /* Who lacks something is asked about anew. */
    assert_int_equal(portal_identify_at_once(opened->worker, &request, 1U << 31, &identity), 1);
    missing = ~identity.permission_bits & 0x7f;
    assert_int_equal(portal_identify_at_once(opened->worker, &request, missing, &identity), missing == 0);
  }
}

static void nobody_is_known_without_asking(void** state) {
  site* opened = *state;
  portal_identity identity;
  const portal_header other[] = {{text_of("Cookie"), text_of("theme=dark; portal-member=short")}};
  portal_request request = request_of("POST", other, 1);
  ask(opened, &request, 0, &identity); /* the host map is being loaded */
  assert_int_equal(identity.signed_in, 0);
  assert_int_equal(identity.cross_site, 0);
  assert_int_equal(portal_identify_at_once(opened->worker, &request, 0, &identity), 1);
  assert_int_equal(identity.status, 0);
  assert_int_equal(identity.signed_in, 0);
  assert_true(is(identity.account, "brightwater"));
  request.account = request.host = text_of("unknown.example");
  assert_int_equal(portal_identify_at_once(opened->worker, &request, 0, &identity), 1);
  assert_int_equal(identity.status, 421);
  assert_int_not_equal(identity.error, 0);
}

static void a_change_from_another_site_proves_nothing(void** state) {
  site* opened = *state;
  char cookie[128];
  portal_identity identity;
  snprintf(cookie, sizeof cookie, "portal-member=%s", test_session(opened->world));
  {
    const portal_header headers[] = {{text_of("Cookie"), text_of(cookie)}, {text_of("Upgrade"), text_of("WebSocket")}};
    portal_request request = request_of("POST", headers, 1);
    ask(opened, &request, 0, &identity);
    assert_int_equal(identity.signed_in, 0);
    assert_int_equal(identity.cross_site, 1);
    request = request_of("GET", headers, 2);
    assert_int_equal(portal_identify_at_once(opened->worker, &request, 0, &identity), 1);
    assert_int_equal(identity.cross_site, 1);
    portal_identity_refused(opened->worker, &request, &identity, PORTAL_ERROR_CROSS_SITE_REQUEST);
    portal_identity_refused(opened->worker, &request, &identity, 12345);
  }
}

static void a_question_may_end_at_any_time(void** state) {
  site* opened = *state;
  char cookie[128];
  int turns;
  snprintf(cookie, sizeof cookie, "portal-member=%s", test_session(opened->world));
  for (turns = 0; turns < 20; ++turns) {
    const portal_header headers[] = {{text_of("Cookie"), text_of(cookie)}};
    const portal_request request = request_of("GET", headers, 1);
    portal_identification* identification =
        portal_identification_start(opened->worker, &request, 0, on_done, &opened->done);
    assert_non_null(identification);
    test_turn(opened->world, turns / 2);
    opened->done = 0;
    portal_identification_destroy(identification);
    assert_int_equal(portal_worker_active(opened->worker), 0);
    test_turn(opened->world, 1);
    assert_int_equal(opened->done, 0);
  }
}

static void addresses_and_cookies(void** state) {
  const portal_header headers[] = {{text_of("Sec-Fetch-Mode"), text_of("navigate")}};
  portal_request request = request_of("GET", headers, 1);
  char room[64] = "";
  (void)state;
  assert_int_equal(portal_sign_in_address(&request, text_of("/a b"), room, sizeof room),
                   strlen("/sign-in?next=/a%20b"));
  assert_string_equal(room, "/sign-in?next=/a%20b");
  memset(room, 'x', sizeof room);
  assert_int_equal(portal_sign_in_address(&request, text_of("/a"), room, 3), strlen("/sign-in?next=/a"));
  assert_int_equal(room[0], 'x');
  request.header_count = 0;
  assert_int_equal(portal_sign_in_address(&request, text_of("/a"), room, sizeof room), 0);
  assert_int_equal(portal_cookies_of_others(text_of("a=1; portal-device=x"), room), 3);
  assert_memory_equal(room, "a=1", 3);
  assert_int_equal(portal_permission_bit(text_of("view_everything")), 0);
}

static void a_refusal_says_why(void** state) {
  char room[1024] = "";
  portal_text type;
  portal_refusal refusal = {
      .status = 403, .path = text_of("/files/"), .error = PORTAL_ERROR_CROSS_SITE_REQUEST, .accept = text_of("*/*")};
  (void)state;
  assert_in_range(portal_refusal_render(&refusal, room, sizeof room - 1, &type), 10, sizeof room - 1);
  assert_non_null(strstr(room, "\"code\":\"cross_site_request\""));
  refusal.accept = text_of("text/html");
  assert_in_range(portal_refusal_render(&refusal, room, sizeof room - 1, &type), 10, sizeof room - 1);
  assert_true(is(type, "text/html"));
}

const struct CMUnitTest* c_api_identify_tests(size_t* count);
const struct CMUnitTest* c_api_identify_tests(size_t* count) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_member_is_known_and_then_known_at_once, open_site, close_site),
      cmocka_unit_test_setup_teardown(nobody_is_known_without_asking, open_site, close_site),
      cmocka_unit_test_setup_teardown(a_change_from_another_site_proves_nothing, open_site, close_site),
      cmocka_unit_test_setup_teardown(a_question_may_end_at_any_time, open_site, close_site),
      cmocka_unit_test(addresses_and_cookies),
      cmocka_unit_test(a_refusal_says_why),
  };
  *count = sizeof tests / sizeof tests[0];
  return tests;
}
