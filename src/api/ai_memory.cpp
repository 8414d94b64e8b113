// The memory functions, C and C++: check, ask the heap, answer in the vendor's statuses.
//
// While the thread's cache serves it, a call takes no lock and makes no system call. Freeing never
// throws and never makes things worse: everything that is not a live block is answered and logged.
#include "hiaiengine/ai_memory.h"

#include <atomic>
#include <chrono>
#include <cinttypes>
#include <cstdio>

#include "api/guard.h"
#include "api/process_instance.h"
#include "base/log_sink.h"
#include "base/options.h"
#include "hiaiengine/c_graph.h"
#include "memory/fast_path.h"
#include "memory/heap.h"
#include "runtime/side.h"

namespace openmatrix {
namespace {

Heap& TheHeap() { return GetProcess().heap(); }

struct Request {
  View view;
  std::uint32_t bytes;
  Family family;
  Release release;
  std::chrono::milliseconds time;
};

const char* Name(Family family) { return family == Family::kDvpp ? "DVPP" : "transfer"; }

struct SideName {
  explicit SideName(View view) {
    if (view.is_host()) {
      std::snprintf(text, sizeof text, "the host");
    } else {
      std::snprintf(text, sizeof text, "device %" PRIu32, view.device());
    }
  }
  char text[24];
};

// True for the first, second, fourth, eighth ... call with one counter: a loop that tries again
// leaves a trace, not a flood.
bool WorthALine(std::atomic<std::uint32_t>& counter) {
  const std::uint32_t before = counter.fetch_add(1, std::memory_order_relaxed);
  return (before & (before + 1)) == 0;
}

void ReportFailure(const Request& request, const Heap& heap, const Error& error) {
  static std::atomic<std::uint32_t> counters[static_cast<std::size_t>(Code::kCount)];
  const bool loud = error.code != Code::kPoolStopped &&
                    WorthALine(counters[static_cast<std::size_t>(error.code)]);
  const LogLevel level = loud ? LogLevel::kWarning : LogLevel::kDebug;
  if (!LogEnabled(level)) return;
  const ViewCounts counts = heap.CountsOf(request.view);
  Log(level,
      "no block of %" PRIu32
      " bytes of %s memory on %s, time-out %lld ms: %s (status 0x%08x); "
      "%" PRIu64 " bytes in use, %" PRIu64 " charged, limit %" PRIu64,
      request.bytes, Name(request.family), SideName(request.view).text,
      static_cast<long long>(request.time.count()), error.text.c_str(), StatusOf(error),
      counts.live_bytes, counts.charged_bytes, counts.limit_bytes);
}

HIAI_StatusT Allocate(const Request& request, void*& block) {
  Heap& heap = TheHeap();
  Result<void*> result = heap.Allocate(request.view, request.bytes, request.family, request.release,
                                       Wait::For(request.time, CurrentStop()));
  if (result.ok()) {
    block = result.value();
    return HIAI_OK;
  }
  ReportFailure(request, heap, result.error());
  return StatusOf(result.error());
}

Release ReleaseOf(std::uint32_t flag) {
  return (flag & MEMORY_ATTR_MANUAL_FREE) != 0 ? Release::kManual : Release::kAuto;
}

// 0 and 1 are of older generations; 5, 6 and other bits are mistakes that only strict rules refuse.
bool IsPlain(std::uint32_t flag) {
  return flag <= MEMORY_ATTR_AUTO_FREE || flag == MEMORY_ATTR_MANUAL_FREE;
}

// The ways that are not fast are functions of their own, so that the fast ones need no stack frame.
__attribute__((noinline)) HIAI_StatusT AllocateSlowly(View view, std::uint32_t bytes,
                                                      const std::uint32_t& time, std::uint32_t flag,
                                                      void*& block) noexcept {
  block = nullptr;
  return GuardHot([&]() -> HIAI_StatusT {
    if (!IsPlain(flag) && GetOptions().rules == Rules::kStrict) {
      Log(LogLevel::kWarning, "HIAI_DMalloc refused flag %" PRIu32 ": strict rules", flag);
      return HIAI_GRAPH_INVALID_VALUE;
    }
    return Allocate(
        {view, bytes, Family::kTransfer, ReleaseOf(flag), std::chrono::milliseconds(time)}, block);
  });
}

// Null: take another way. What is rarer than the default flag on a known side is not tried here.
inline void* TryFast(std::uint32_t bytes, std::uint32_t flag) noexcept {
  View view;
  if (flag > MEMORY_ATTR_AUTO_FREE || !SideIsKnown(view)) return nullptr;
  return FastAllocate(view, bytes, Family::kTransfer, Release::kAuto);
}

__attribute__((noinline)) HIAI_StatusT AllocateOtherwise(const void* caller, std::uint32_t bytes,
                                                         const std::uint32_t& time,
                                                         std::uint32_t flag,
                                                         void*& block) noexcept {
  const View view = SideOfCall(caller);
  if (IsPlain(flag)) {
    void* const cached = FastAllocate(view, bytes, Family::kTransfer, ReleaseOf(flag));
    if (cached != nullptr) {
      block = cached;
      return HIAI_OK;
    }
  }
  return AllocateSlowly(view, bytes, time, flag, block);
}

// The C form gives the address back, so its ways end in one that does.
__attribute__((noinline)) void* AllocateForC(const void* caller, std::uint32_t bytes,
                                             std::uint32_t time, std::uint32_t flag) noexcept {
  void* block;
  AllocateOtherwise(caller, bytes, time, flag, block);
  return block;
}

HIAI_StatusT AllocateDvpp(const void* caller, std::uint32_t bytes, void*& block) noexcept {
  const View view = SideOfCall(caller);
  block = nullptr;
  return GuardHot([&]() -> HIAI_StatusT {
    if (view.is_host() && GetOptions().rules == Rules::kStrict) {
      Log(LogLevel::kWarning, "HIAI_DVPP_DMalloc refused on the host: strict rules");
      return HIAI_MEMORY_NOT_SUPPORT;
    }
    block = FastAllocate(view, bytes, Family::kDvpp, Release::kManual);
    if (block != nullptr) return HIAI_OK;
    return Allocate({view, bytes, Family::kDvpp, Release::kManual, std::chrono::milliseconds(0)},
                    block);
  });
}

struct FreeFinding {
  HIAI_StatusT status;
  const char* text;
};

FreeFinding FindingOf(FreeVerdict verdict, Family family) {
  switch (verdict) {
    case FreeVerdict::kFreed:
      return {HIAI_OK, ""};
    case FreeVerdict::kNull:
      return {HIAI_GRAPH_INVALID_VALUE, "null"};
    case FreeVerdict::kInterior:
      return {HIAI_GRAPH_NOT_FOND_MEMORY,
              "inside a block, not its start: free the address that the allocation gave"};
    case FreeVerdict::kWrongFamily:
      return {HIAI_GRAPH_WRONG_MEMORY_TYPE, family == Family::kDvpp
                                                ? "transfer memory: free it with HIAI_DFree"
                                                : "DVPP memory: free it with HIAI_DVPP_DFree"};
    case FreeVerdict::kUnknown:
      break;
  }
  return {HIAI_GRAPH_NOT_FOND_MEMORY,
          "not a live block of ours: freed already, sent away as AUTO_FREE (give such a pointer "
          "an empty deleter), or from elsewhere"};
}

HIAI_StatusT ReportFree(const void* address, Family family, FreeVerdict verdict) noexcept {
  static OnceGate gates[5];
  const FreeFinding finding = FindingOf(verdict, family);
  // Deleters of empty pointers free null all the time: legal, and no news.
  const bool loud =
      verdict != FreeVerdict::kNull && gates[static_cast<std::size_t>(verdict)].Enter();
  Log(loud ? LogLevel::kWarning : LogLevel::kDebug,
      "free of %p as %s memory changed nothing (status 0x%08x): %s%s", address, Name(family),
      finding.status, finding.text, loud ? "; further ones of this kind at debug level" : "");
  return finding.status;
}

__attribute__((noinline)) HIAI_StatusT FreeSlowly(void* address, Family family) noexcept {
  if (FastFreeShared(address, family)) return HIAI_OK;
  return GuardHot([&] {
    const FreeVerdict verdict = TheHeap().Free(address, family);
    return verdict == FreeVerdict::kFreed ? HIAI_OK : ReportFree(address, family, verdict);
  });
}

inline HIAI_StatusT Free(void* address, Family family) noexcept {
  if (FastFree(address, family)) return HIAI_OK;
  return FreeSlowly(address, family);
}

}  // namespace
}  // namespace openmatrix

// The return address is taken in the exported functions themselves: one level deeper it would lie
// in this library.
#define OPENMATRIX_CALLER __builtin_return_address(0)

namespace hiai {

HIAI_StatusT HIAIMemory::HIAI_DMalloc(const uint32_t dataSize, void*& dataBuffer,
                                      const uint32_t& timeOut, uint32_t flag) {
  if (void* const block = openmatrix::TryFast(dataSize, flag)) {
    dataBuffer = block;
    return HIAI_OK;
  }
  return openmatrix::AllocateOtherwise(OPENMATRIX_CALLER, dataSize, timeOut, flag, dataBuffer);
}

HIAI_StatusT HIAIMemory::HIAI_DFree(void* dataBuffer) {
  return openmatrix::Free(dataBuffer, openmatrix::Family::kTransfer);
}

bool HIAIMemory::IsDMalloc(const void* dataBuffer, const uint32_t& dataSize) {
  bool inside = false;
  const HIAI_StatusT status = openmatrix::GuardHot([&] {
    inside = openmatrix::TheHeap().Contains(dataBuffer, dataSize);
    return HIAI_OK;
  });
  return status == HIAI_OK && inside;
}

HIAI_StatusT HIAIMemory::HIAI_DVPP_DMalloc(const uint32_t dataSize, void*& dataBuffer) {
  return openmatrix::AllocateDvpp(OPENMATRIX_CALLER, dataSize, dataBuffer);
}

HIAI_StatusT HIAIMemory::HIAI_DVPP_DFree(void* dataBuffer) {
  return openmatrix::Free(dataBuffer, openmatrix::Family::kDvpp);
}

}  // namespace hiai

void* HIAI_DMalloc(const uint32_t dataSize, const uint32_t timeOut, uint32_t flag) {
  if (void* const block = openmatrix::TryFast(dataSize, flag)) return block;
  return openmatrix::AllocateForC(OPENMATRIX_CALLER, dataSize, timeOut, flag);
}

HIAI_StatusT HIAI_DFree(void* dataBuffer) {
  return openmatrix::Free(dataBuffer, openmatrix::Family::kTransfer);
}

void* HIAI_DVPP_DMalloc(const uint32_t dataSize) {
  void* block = nullptr;
  openmatrix::AllocateDvpp(OPENMATRIX_CALLER, dataSize, block);
  return block;
}

HIAI_StatusT HIAI_DVPP_DFree(void* dataBuffer) {
  return openmatrix::Free(dataBuffer, openmatrix::Family::kDvpp);
}

#if defined(__linux__) && (defined(__x86_64__) || defined(__aarch64__))
// The documents of 2020 pass the time-out by value. Headers declare the reference, which calls
// compile with either way; objects compiled with the other form find this name.
extern "C" HIAI_LIB_VISIBILITY HIAI_StatusT
OpenmatrixDMallocByValue(uint32_t dataSize, void*& dataBuffer, uint32_t timeOut,
                         uint32_t flag) __asm__("_ZN4hiai10HIAIMemory12HIAI_DMallocEjRPvjj");

extern "C" HIAI_StatusT OpenmatrixDMallocByValue(uint32_t dataSize, void*& dataBuffer,
                                                 uint32_t timeOut, uint32_t flag) {
  return openmatrix::AllocateOtherwise(OPENMATRIX_CALLER, dataSize, timeOut, flag, dataBuffer);
}
#endif
