/* One request on its way through the boundary, as the glue of nginx sends it. */
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
  portal_worker_options options = {.host_refresh_milliseconds = 30000, .throttling = 1};
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

static portal_request request_of(const char* method, const char* path) {
  return (portal_request){.method = text_of(method),
                          .path = text_of(path),
                          .host = text_of("brightwater.localhost"),
                          .account = text_of("brightwater.localhost"),
                          .peer_address = text_of("127.0.0.1"),
                          .request_id = text_of("0123456789abcdef"),
                          .insecure_cookie = 1};
}

static int contains(portal_text text, const char* words) {
  char copy[8192];
  snprintf(copy, sizeof copy, "%.*s", (int)text.size, text.data);
  return strstr(copy, words) != NULL;
}

static portal_text header_of(const portal_response* response, const char* name) {
  size_t index;
  for (index = 0; index < response->header_count; ++index) {
    const portal_text found = response->headers[index].name;
    if (found.size == strlen(name) && strncmp(found.data, name, found.size) == 0) return response->headers[index].value;
  }
  return (portal_text){NULL, 0};
}

static portal_operation* answer(site* opened, const portal_request* request, portal_response* response) {
  portal_operation* operation = portal_operation_start(opened->worker, request, on_done, &opened->done);
  assert_non_null(operation);
  /* Never from inside the call that starts it: the glue has not kept the operation yet. */
  assert_int_equal(opened->done, 0);
  assert_int_equal(portal_worker_active(opened->worker), 1);
  assert_int_equal(test_wait_for(opened->world, &opened->done), 1);
  assert_int_equal(portal_operation_response(operation, response), 0);
  return operation;
}

static void a_request_is_answered(void** state) {
  site* opened = *state;
  const portal_request request = request_of("GET", "/api/v1/portal");
  portal_response response;
  portal_operation* operation = answer(opened, &request, &response);
  assert_int_equal(response.status, 200);
  assert_true(contains(response.content_type, "application/json"));
  assert_true(contains(response.body, "\"Brightwater\""));
  assert_true(contains(header_of(&response, "Cache-Control"), "no-store"));
  test_turn(opened->world, 5);
  assert_int_equal(opened->done, 1);
  portal_operation_destroy(operation);
  assert_int_equal(portal_worker_active(opened->worker), 0);
}

static void a_response_may_be_asked_for_again(void** state) {
  site* opened = *state;
  const portal_request request = request_of("GET", "/api/v1/portal");
  portal_response first;
  portal_response second;
  portal_operation* operation = answer(opened, &request, &first);
  assert_int_equal(portal_operation_response(operation, &second), 0);
  assert_int_equal(first.header_count, second.header_count);
  assert_ptr_equal(first.body.data, second.body.data);
  portal_operation_destroy(operation);
}

static void headers_and_the_session_reach_the_core(void** state) {
  site* opened = *state;
  char cookie[128];
  portal_request request = request_of("GET", "/api/v1/session");
  portal_response response;
  portal_operation* operation;
  snprintf(cookie, sizeof cookie, "portal-member=%s", test_session(opened->world));
  {
    const portal_header headers[] = {{text_of("Accept"), text_of("*/*")}, {text_of("cookie"), text_of(cookie)}};
    request.headers = headers;
    request.header_count = 2;
    operation = answer(opened, &request, &response);
    assert_int_equal(response.status, 200);
    assert_true(contains(response.body, "\"membership\""));
    portal_operation_destroy(operation);
    opened->done = 0;
    request.insecure_cookie = 0; /* now only the cookie with the prefix counts */
    operation = answer(opened, &request, &response);
    assert_int_equal(response.status, 401);
    portal_operation_destroy(operation);
  }
}

static void signing_out_sends_a_cookie(void** state) {
  site* opened = *state;
  const portal_header headers[] = {{text_of("Sec-Fetch-Site"), text_of("same-origin")}};
  portal_request request = request_of("DELETE", "/api/v1/session");
  portal_response response;
  portal_operation* operation;
  request.headers = headers;
  request.header_count = 1;
  operation = answer(opened, &request, &response);
  assert_int_equal(response.status, 204);
  assert_int_equal(response.body.size, 0);
  assert_int_equal(response.content_type.size, 0);
  assert_true(contains(header_of(&response, "Set-Cookie"), "portal-member="));
  portal_operation_destroy(operation);
}

static void a_body_and_a_request_id_reach_the_core(void** state) {
  site* opened = *state;
  const portal_header headers[] = {{text_of("Sec-Fetch-Site"), text_of("same-origin")},
                                   {text_of("Content-Type"), text_of("application/json")}};
  portal_request request = request_of("POST", "/api/v1/session");
  portal_response response;
  portal_operation* operation;
  request.headers = headers;
  request.header_count = 2;
  request.body = text_of("{\"email\": 7}");
  operation = answer(opened, &request, &response);
  assert_int_equal(response.status, 400);
  assert_true(contains(response.content_type, "application/problem+json"));
  assert_true(contains(response.body, "/email"));
  assert_true(contains(response.body, "0123456789abcdef"));
  portal_operation_destroy(operation);
}

static void empty_and_strange_texts_are_only_refused(void** state) {
  site* opened = *state;
  static const char* const paths[] = {"", "/", "/api/v1/", "/api/v1/jobs/%00", "/api/v1/\xff\xfe"};
  size_t index;
  for (index = 0; index < sizeof paths / sizeof paths[0]; ++index) {
    portal_request request = request_of("", paths[index]);
    portal_response response;
    portal_operation* operation;
    opened->done = 0;
    request.query = text_of("a=%zz&&=");
    request.request_id = (portal_text){NULL, 0};
    request.peer_address = (portal_text){NULL, 0};
    operation = answer(opened, &request, &response);
    assert_in_range(response.status, 400, 499);
    portal_operation_destroy(operation);
  }
}

static void an_operation_may_end_at_any_time(void** state) {
  site* opened = *state;
  const portal_request request = request_of("GET", "/api/v1/portal");
  int turns;
  for (turns = 0; turns < 20; ++turns) {
    portal_operation* operation = portal_operation_start(opened->worker, &request, on_done, &opened->done);
    assert_non_null(operation);
    test_turn(opened->world, turns / 2);
    opened->done = 0;
    portal_operation_destroy(operation);
    assert_int_equal(portal_worker_active(opened->worker), 0);
    test_turn(opened->world, 1);
    /* Whoever destroys it never hears of it again. */
    assert_int_equal(opened->done, 0);
  }
}

static void many_at_once_each_get_their_own(void** state) {
  enum { kMany = 64 };
  site* opened = *state;
  portal_operation* operations[kMany];
  int index;
  for (index = 0; index < kMany; ++index) {
    portal_request request = request_of("GET", "/api/v1/portal");
    if (index % 2) request.account = text_of("northside.localhost");
    operations[index] = portal_operation_start(opened->worker, &request, on_done, &opened->done);
    assert_non_null(operations[index]);
  }
  assert_int_equal(portal_worker_active(opened->worker), kMany);
  for (index = 0; index < 2000 && opened->done < kMany; ++index) test_turn(opened->world, 1);
  assert_int_equal(opened->done, kMany);
  for (index = 0; index < kMany; ++index) {
    portal_response response;
    assert_int_equal(portal_operation_response(operations[index], &response), 0);
    assert_int_equal(response.status, 200);
    assert_int_equal(contains(response.body, "\"Brightwater\""), index % 2 == 0);
    portal_operation_destroy(operations[index]);
  }
  assert_int_equal(portal_worker_active(opened->worker), 0);
}

const struct CMUnitTest* c_api_operation_tests(size_t* count);
const struct CMUnitTest* c_api_operation_tests(size_t* count) {
  static const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(a_request_is_answered, open_site, close_site),
      cmocka_unit_test_setup_teardown(a_response_may_be_asked_for_again, open_site, close_site),
      cmocka_unit_test_setup_teardown(headers_and_the_session_reach_the_core, open_site, close_site),
      cmocka_unit_test_setup_teardown(signing_out_sends_a_cookie, open_site, close_site),
      cmocka_unit_test_setup_teardown(a_body_and_a_request_id_reach_the_core, open_site, close_site),
      cmocka_unit_test_setup_teardown(empty_and_strange_texts_are_only_refused, open_site, close_site),
      cmocka_unit_test_setup_teardown(an_operation_may_end_at_any_time, open_site, close_site),
      cmocka_unit_test_setup_teardown(many_at_once_each_get_their_own, open_site, close_site),
  };
  *count = sizeof tests / sizeof tests[0];
  return tests;
}
