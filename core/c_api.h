/* The boundary between the C of nginx and the core. Everything here is noexcept: an exception of the core ends as an
 * error value. All functions of a worker are called on the thread of its loop. Texts are not zero-terminated unless
 * said so. */
#ifndef PORTAL_C_API_H
#define PORTAL_C_API_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#define PORTAL_NOEXCEPT noexcept
#else
#define PORTAL_NOEXCEPT
#endif

typedef struct portal_keys portal_keys;           /* the file of keys, read */
typedef struct portal_passwords portal_passwords; /* the operator's list of known passwords, read */
typedef struct portal_layouts portal_layouts;     /* the operator's layouts of messages, read */
typedef struct portal_worker portal_worker;       /* the state of one process */
typedef struct portal_operation portal_operation; /* one request on its way */
typedef struct portal_stream portal_stream;       /* an answer that goes on */
typedef struct portal_loop portal_loop;           /* a portal::io::Loop */
typedef struct portal_offload portal_offload;     /* a portal::io::Offload */

typedef struct {
  const char* data;
  size_t size;
} portal_text;

typedef struct {
  portal_text name;
  portal_text value;
} portal_header;

/* 0 debug .. 5 critical, as portal::LogLevel. */
typedef void (*portal_log_function)(void* context, int level, portal_text message);

typedef struct {
  portal_text conninfo; /* accepted by portal_refuse_conninfo */
  portal_text password;
  portal_text redis; /* accepted by portal_refuse_redis; empty: the portal does without */
  portal_text redis_password;
  size_t remembered_sessions; /* by the worker itself */
  size_t cache_bytes;         /* of answers that are kept; 0: none */
  size_t streams;             /* that may be open at once */
  uint32_t host_refresh_milliseconds;
  portal_text files; /* the folder of portal_files; empty: none */
  const portal_keys* keys;
  const portal_passwords* known_passwords; /* null: none besides those that are built in */
  const portal_layouts* layouts;           /* null: those that are built in */
  portal_loop* loop;
  portal_offload* offload;
  portal_offload* file_offload; /* for files that are sent to us; null: the same as for passwords */
  int throttling;               /* 0: tries are not counted */
  void* zone;                   /* accepted by portal_zone_prepare; null: the worker shares with nobody */
  size_t zone_size;
  portal_log_function log;
  void* log_context;
} portal_worker_options;

/* What came of looking for an answer that is kept. */
enum { PORTAL_CACHE_OFF, PORTAL_CACHE_HIT, PORTAL_CACHE_MISS, PORTAL_CACHE_BYPASS, PORTAL_CACHE_EXPIRED_LEASE };

/* Views that stay valid until portal_operation_destroy; the list of the headers only until it has started. */
typedef struct {
  portal_text method;
  portal_text path; /* decoded, begins with a slash */
  portal_text query;
  portal_text host;    /* lower case, without port */
  portal_text account; /* a host or a slug: what portal_account says */
  portal_text peer_address;
  portal_text request_id;
  portal_text body;
  const portal_header* headers;
  size_t header_count;
  int insecure_cookie;
  int cache; /* PORTAL_CACHE_...: what portal_cache_find answered; off: nobody looked, and nothing is kept */
} portal_request;

/* Views that stay valid until portal_operation_destroy. */
typedef struct {
  int status;
  portal_text content_type; /* empty: none */
  portal_text body;
  const portal_header* headers;
  size_t header_count;
  portal_text file_path; /* below the folder of files, sent in the place of the body; empty: none */
  int64_t file_size;     /* what it must be long; -1: any */
  portal_text etag;      /* of the file, or of a body that can be kept, with its quotation marks; empty: none */
  int varies;            /* somebody who takes another coding may be sent another body */
  int gzip;              /* the body is compressed */
  int endless;           /* the body is what portal_stream_read gives */
} portal_response;

typedef void (*portal_done_function)(void* context);

/* Writes why a conninfo cannot be used, zero-terminated and cut to `size`; answers 0 when it can. Another host needs
   TLS with a verified name, or `trusted_network`. */
int portal_refuse_conninfo(const char* conninfo, int trusted_network, char* why, size_t size) PORTAL_NOEXCEPT;

/* The same for the address of Redis. TCP needs `trusted_network`. */
int portal_refuse_redis(portal_text address, int trusted_network, char* why, size_t size) PORTAL_NOEXCEPT;

/* Null, and the reason in `why`, when the file is not there, open to others, or not a file of keys. */
portal_keys* portal_keys_load(const char* path, char* why, size_t size) PORTAL_NOEXCEPT;
void portal_keys_destroy(portal_keys* keys) PORTAL_NOEXCEPT;

/* Null, and the reason in `why`, when the file is not there or is no list of passwords. */
portal_passwords* portal_passwords_load(const char* path, char* why, size_t size) PORTAL_NOEXCEPT;
void portal_passwords_destroy(portal_passwords* passwords) PORTAL_NOEXCEPT;

/* Null, and the reason in `why`, when the folder is not there or a layout in it is none. */
portal_layouts* portal_layouts_load(const char* path, char* why, size_t size) PORTAL_NOEXCEPT;
void portal_layouts_destroy(portal_layouts* layouts) PORTAL_NOEXCEPT;

/* Memory that all workers share, zeroed when it is new: made ready by the master. What holds a zone of this size and
 * layout already, after a reload, is left as it is. Answers 0 on success, else the reason is in `why`. */
int portal_zone_prepare(void* memory, size_t memory_size, char* why, size_t size) PORTAL_NOEXCEPT;

/* Starts connecting. Null when memory is exhausted; the reason is in `why`. */
portal_worker* portal_worker_create(const portal_worker_options* options, char* why, size_t size) PORTAL_NOEXCEPT;
/* Every operation has been destroyed before. */
void portal_worker_destroy(portal_worker* worker) PORTAL_NOEXCEPT;
size_t portal_worker_active(const portal_worker* worker) PORTAL_NOEXCEPT;
/* So many bytes of a file's content have been sent, at the end of its request. */
void portal_worker_count_file_bytes(portal_worker* worker, uint64_t bytes) PORTAL_NOEXCEPT;
/* Prometheus text; answers the size of the whole and writes as much of it as fits. */
size_t portal_worker_metrics(portal_worker* worker, char* buffer, size_t size) PORTAL_NOEXCEPT;
/* Whether the worker could serve somebody at this moment, as JSON that fits into 256 bytes; answers its size. */
size_t portal_worker_readiness(const portal_worker* worker, int* ready, char* buffer, size_t size) PORTAL_NOEXCEPT;

/* `done` is called once from the loop, never from inside this call, unless the operation is destroyed before. Null: out
 * of memory. */
portal_operation* portal_operation_start(portal_worker* worker, const portal_request* request,
                                         portal_done_function done, void* context) PORTAL_NOEXCEPT;
/* Whether the operation of this method and path, if there is one, takes a file for its body. Such a body is read only
 * when the operation wants it: after its session and its headers were looked at. */
int portal_takes_file(const portal_worker* worker, portal_text method, portal_text path) PORTAL_NOEXCEPT;
/* As portal_operation_start, without a body. `body_wanted` is called from the loop, once at most, and answered by
 * portal_operation_take_body. */
portal_operation* portal_operation_start_before_body(portal_worker* worker, const portal_request* request,
                                                     portal_done_function body_wanted, portal_done_function done,
                                                     void* context) PORTAL_NOEXCEPT;
/* The body in a file, whose descriptor (-1: it is empty) stays open until portal_operation_destroy. Its size is what
 * the request's Content-Length says, or the request fails; PORTAL_BODY_LOST: there was no room for it. */
enum { PORTAL_BODY_LOST = -1 };
void portal_operation_take_body(portal_operation* operation, int descriptor, int64_t size) PORTAL_NOEXCEPT;
/* After `done`. Answers 0 on success. */
int portal_operation_response(portal_operation* operation, portal_response* response) PORTAL_NOEXCEPT;
/* The file of the response was opened, and is sent next. Answers 0 on success, else it must not be sent. */
int portal_operation_file_opened(portal_operation* operation) PORTAL_NOEXCEPT;
/* Instead of a response whose file cannot be sent: makes it 503, and logs why. The views of the response before become
 * invalid; ask for the new one. */
void portal_operation_file_failed(portal_operation* operation, portal_text why) PORTAL_NOEXCEPT;
/* The account's slug; empty while none is known. A view that stays valid until portal_operation_destroy. */
portal_text portal_operation_account(const portal_operation* operation) PORTAL_NOEXCEPT;
/* How long the request has waited for the database; also before `done`. */
uint64_t portal_operation_database_microseconds(const portal_operation* operation) PORTAL_NOEXCEPT;
/* PORTAL_CACHE_...; off where the answers of its route are never kept, or while the route is not known. */
int portal_operation_cache(const portal_operation* operation) PORTAL_NOEXCEPT;
/* Also cancels. */
void portal_operation_destroy(portal_operation* operation) PORTAL_NOEXCEPT;

/* Of an endless response, once. `ready` is called from the loop, never from inside a function of the stream, when there
 * may be something to read. The operation may be destroyed; the stream is, before the worker. Null: out of memory. */
portal_stream* portal_operation_take_stream(portal_operation* operation, portal_done_function ready,
                                            void* context) PORTAL_NOEXCEPT;
/* Writes whole events, as many as fit into `size`, which is at least PORTAL_STREAM_ROOM, and answers their bytes.
 * `last`: nothing follows. */
enum { PORTAL_STREAM_ROOM = 512 };
size_t portal_stream_read(portal_stream* stream, char* buffer, size_t size, int* last) PORTAL_NOEXCEPT;
/* It has ended: a client that does not read what is left is not waited for. */
int portal_stream_over(const portal_stream* stream) PORTAL_NOEXCEPT;
void portal_stream_destroy(portal_stream* stream) PORTAL_NOEXCEPT;
size_t portal_worker_streams(const portal_worker* worker) PORTAL_NOEXCEPT;
/* The worker was told to go: its streams end within that time, spread over it. */
void portal_worker_leave(portal_worker* worker, uint32_t within_milliseconds) PORTAL_NOEXCEPT;

/* Answers from the worker's memory: for GET and HEAD without a body, before there is an operation. */
typedef struct portal_kept portal_kept; /* one such answer, held */

typedef struct {
  portal_text path; /* decoded */
  portal_text query;
  portal_text host;
  portal_text account;
  portal_text cookie;          /* the one Cookie header */
  portal_text membership;      /* Portal-Membership; empty: not sent */
  portal_text if_none_match;   /* the one such header; empty: not sent */
  portal_text accept_encoding; /* empty: not sent */
  int insecure_cookie;
} portal_cache_question;

/* Views that stay valid until portal_kept_release; `account`, a slug, until the next turn of the loop. The status is
 * 200, as JSON that nobody else may store and that varies with Accept-Encoding, or 304. */
typedef struct {
  portal_kept* kept;
  int status;
  int gzip;
  portal_text body;
  portal_text etag;
  portal_text account;
} portal_cache_answer;

/* Answers PORTAL_CACHE_HIT and fills `answer`, or why there is none. */
int portal_cache_find(portal_worker* worker, const portal_cache_question* question,
                      portal_cache_answer* answer) PORTAL_NOEXCEPT;
/* On the loop's thread, also after portal_worker_destroy. */
void portal_kept_release(portal_kept* kept) PORTAL_NOEXCEPT;

/* Who asks for what nginx serves beside the API (`portal_auth`). */
typedef struct portal_identification portal_identification; /* one such question that had to be asked of others */

/* Views that stay valid until the next call of a function of the worker, or until portal_identification_destroy. */
typedef struct {
  int status; /* 0: known; else whoever asks is refused with it, and `error` is why */
  int error;
  int signed_in;  /* else the texts below are empty, but for the account's */
  int cross_site; /* another site made the browser ask for a change; its cookie was not looked at */
  uint32_t permission_bits;
  int64_t account_number;
  int64_t member_number;
  portal_text account; /* its slug */
  portal_text client_id;
  portal_text member_id;
  portal_text membership_id;
  portal_text email;       /* empty: the member has none */
  portal_text permissions; /* names with commas between them */
} portal_identity;

enum {
  PORTAL_ERROR_NOT_SIGNED_IN = 1,
  PORTAL_ERROR_PERMISSION_REQUIRED,
  PORTAL_ERROR_CROSS_SITE_REQUEST,
  PORTAL_ERROR_STORAGE_FULL /* only of portal_refusal */
};

/* The bit of a permission's name; 0: there is none of that name. */
uint32_t portal_permission_bit(portal_text name) PORTAL_NOEXCEPT;
/* Answers 1 when the worker knows without asking anybody, and then fills `identity`. Whoever lacks one of the `needed`
 * permissions is asked about anew before he is refused. The body of the request is not looked at, nor its id. */
int portal_identify_at_once(portal_worker* worker, const portal_request* request, uint32_t needed,
                            portal_identity* identity) PORTAL_NOEXCEPT;
/* `done` as with portal_operation_start; so are the views of the request. Null: out of memory. */
portal_identification* portal_identification_start(portal_worker* worker, const portal_request* request,
                                                   uint32_t needed, portal_done_function done,
                                                   void* context) PORTAL_NOEXCEPT;
/* After `done`. */
void portal_identification_result(const portal_identification* identification,
                                  portal_identity* identity) PORTAL_NOEXCEPT;
/* Also cancels. */
void portal_identification_destroy(portal_identification* identification) PORTAL_NOEXCEPT;
/* For the log of security events. */
void portal_identity_refused(portal_worker* worker, const portal_request* request, const portal_identity* identity,
                             int error) PORTAL_NOEXCEPT;
/* Where somebody is sent who opens `address` (path and query as sent) in a browser without being signed in. Answers the
 * size, and writes it if it fits; 0: the request is no navigation, or memory is exhausted. */
size_t portal_sign_in_address(const portal_request* request, portal_text address, char* buffer,
                              size_t size) PORTAL_NOEXCEPT;
/* Writes the value of a Cookie header without the portal's own cookies, all other bytes as they are; answers the size,
 * which is the value's own when nothing was taken out. `kept` has room for the whole value. */
size_t portal_cookies_of_others(portal_text value, char* kept) PORTAL_NOEXCEPT;

/* What is answered where nginx itself refuses with a status of 400 or more. `path` is empty when it is not known. */
typedef struct {
  int status;
  portal_text path;
  int in_api; /* the location says `portal on` */
  int error;  /* PORTAL_ERROR_..., where more is known: programs are told as by the API; 0: as the status says */
  portal_text accept;
  portal_text accept_language;
  portal_text request_id;
} portal_refusal;

/* Answers the size of the body and writes it if it fits; 0: memory is exhausted. `content_type` lives for ever. */
size_t portal_refusal_render(const portal_refusal* refusal, char* buffer, size_t size,
                             portal_text* content_type) PORTAL_NOEXCEPT;

#ifdef __cplusplus
}
#endif

#endif
