#include "api/status_map.h"

#include <cstddef>
#include <iterator>

namespace openmatrix {
namespace {

struct Row {
  Code code;
  HIAI_StatusT status;
  bool transient = false;
};

// In the order of Code, so that a code is its index.
constexpr Row kRows[] = {
    {Code::kInvalidValue, HIAI_GRAPH_INVALID_VALUE},
    {Code::kTooLarge, HIAI_GRAPH_MALLOC_LARGER},
    {Code::kNoMemory, HIAI_GRAPH_NO_MEMORY, true},
    {Code::kCannotGrow, HIAI_MEMORY_POOL_UPDATE_FAILED},
    {Code::kPoolStopped, HIAI_GRAPH_MEMORY_POOL_STOPPED},
    {Code::kNotSupported, HIAI_MEMORY_NOT_SUPPORT},
    {Code::kNotFound, HIAI_GRAPH_NOT_FOND_MEMORY},
    {Code::kWrongFamily, HIAI_GRAPH_WRONG_MEMORY_TYPE},
    {Code::kWrongState, HIAI_MEMORY_STATUS_ERROR},
    {Code::kOverrun, HIAI_BUFFER_SIZE_OVER_DMALLOC_SIZE},
    {Code::kNoSerializer, HIAI_GRAPH_SEARFUNC_IS_NULL},
    {Code::kNoConverter, HIAI_GRAPH_CONVCFUNC_IS_NULL},
    {Code::kQueueFull, HIAI_QUEUE_FULL, true},
    {Code::kQueueStopped, HIAI_QUEUE_STOPPED},
    {Code::kNoCapacity, HIAI_GRAPH_NO_USEFUL_MEMORY, true},
    {Code::kLinkFailed, HIAI_GRAPH_SENDMSG_FAILED},
    {Code::kSessionDead, HIAI_HDC_SESSION_DEAD, true},
    {Code::kHookFailed, HIAI_EXCEPTION},
    {Code::kHostMemoryExhausted, HIAI_MEMORY_EXHAUSTED},
    {Code::kNullMessage, HIAI_ENGINE_NULL_POINTER},
    {Code::kNoGraph, HIAI_GRAPH_NOT_EXIST},
    {Code::kNoEngine, HIAI_GRAPH_ENGINE_NOT_EXIST},
    {Code::kPortOutOfRange, HIAI_PORT_ID_ERROR},
    {Code::kPortNotConnected, HIAI_GRAPH_SRC_PORT_NOT_EXIST},
    {Code::kNullReceiver, HIAI_GRAPH_DATA_RECV_FUNCTOR_IS_NULL},
    {Code::kInitFailed, HIAI_INIT_FAIL},
    {Code::kFileMissing, HIAI_FILE_NOT_EXIST},
    {Code::kConfigMalformed, HIAI_GRAPH_PROTO_FILE_PARSE_FAILED},
    {Code::kGraphIdExists, HIAI_GRAPH_ID_EXIST},
    {Code::kEngineIdRepeated, HIAI_GRAPH_ENGINE_ID_SAME},
    {Code::kBadConnection, HIAI_GRAPH_CONNECT_ID_ERROR},
    {Code::kLibraryNotLoaded, HIAI_GRAPH_LOADSO_ERROR},
    {Code::kKeyRefused, HIAI_GRAPH_SET_PUBLIC_KEY_FAILED},
    {Code::kSignatureRefused, HIAI_GRAPH_SIGNATURE_DECRYPTION_FAILED},
    {Code::kEngineNotCreated, HIAI_GRAPH_CREATE_ENGINE_FAILED},
    {Code::kEngineInitFailed, HIAI_GRAPH_ENGINE_INIT_FAILED},
    {Code::kEngineNotStarted, HIAI_GRAPH_ENGINE_START_FAILED},
    {Code::kUpdateFailed, HIAI_GRAPH_UPDATE_CONFIG_FAILED},
    {Code::kUpdateRejected, HIAI_CHECK_UPDATE_CONFIG_FAILED},
    {Code::kOutOfRange, HIAI_OUT_OF_RANGE},
    {Code::kDestroyTimedOut, HIAI_GRAPH_DESTROY_TIMEOUT},
    {Code::kParentsGraphs, HIAI_GRAPH_ALREADY_USED_IN_ANOTHER_PROCESS},
    {Code::kUserStatus, HIAI_EXCEPTION},
};

constexpr bool EveryCodeIsItsIndex() {
  if (std::size(kRows) != static_cast<std::size_t>(Code::kCount)) return false;
  for (std::size_t i = 0; i < std::size(kRows); ++i) {
    if (static_cast<std::size_t>(kRows[i].code) != i || kRows[i].status == HIAI_OK) return false;
  }
  return true;
}
static_assert(EveryCodeIsItsIndex(), "one row per code, in order, none of them a success");

const Row& RowOf(Code code) { return kRows[static_cast<std::size_t>(code)]; }

}  // namespace

HIAI_StatusT StatusOf(Code code) { return RowOf(code).status; }

HIAI_StatusT StatusOf(const Error& error) {
  // A failure must not look like a success, whatever user code handed us.
  if (error.code == Code::kUserStatus && error.user_status != HIAI_OK) return error.user_status;
  return StatusOf(error.code);
}

bool IsTransient(Code code) { return RowOf(code).transient; }

}  // namespace openmatrix
