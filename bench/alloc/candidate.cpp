#include "candidate.h"

#include <dlfcn.h>

#include <cstdio>
#include <cstdlib>
#include <memory_resource>

#include "hiaiengine/ai_memory.h"

namespace bench {
namespace {

Candidate chosen;

void* MatrixTake(std::size_t bytes) {
  void* block = nullptr;
  hiai::HIAIMemory::HIAI_DMalloc(static_cast<std::uint32_t>(bytes), block);
  return block;
}

void* MatrixTakeWaiting(std::size_t bytes, std::uint32_t milliseconds) {
  void* block = nullptr;
  hiai::HIAIMemory::HIAI_DMalloc(static_cast<std::uint32_t>(bytes), block, milliseconds);
  return block;
}

void MatrixGive(void* block, std::size_t) { hiai::HIAIMemory::HIAI_DFree(block); }

// -- peers with malloc and free, in the program or in a library that is loaded by name

using TakeFunction = void* (*)(std::size_t);
using GiveFunction = void (*)(void*);
TakeFunction peer_take = nullptr;
GiveFunction peer_give = nullptr;

void* PeerTake(std::size_t bytes) { return peer_take(bytes); }
void PeerGive(void* block, std::size_t) { peer_give(block); }

struct Peer {
  const char* name;
  const char* library;  // null: the program's own
  const char* take;
  const char* give;
};

constexpr Peer kPeers[] = {
    {"glibc", nullptr, "malloc", "free"},
    {"jemalloc", "libjemalloc.so.2", "malloc", "free"},
    {"tcmalloc", "libtcmalloc_minimal.so.4", "malloc", "free"},
    {"mimalloc", "libmimalloc.so.2", "malloc", "free"},
    {"tbb", "libtbbmalloc.so.2", "scalable_malloc", "scalable_free"},
};

bool LoadPeer(const Peer& peer) {
  void* const library =
      peer.library == nullptr ? RTLD_DEFAULT : dlopen(peer.library, RTLD_NOW | RTLD_LOCAL);
  if (peer.library != nullptr && library == nullptr) {
    std::fprintf(stderr, "%s: %s\n", peer.name, dlerror());
    return false;
  }
  peer_take = reinterpret_cast<TakeFunction>(dlsym(library, peer.take));
  peer_give = reinterpret_cast<GiveFunction>(dlsym(library, peer.give));
  chosen = {peer.name, PeerTake, PeerGive, nullptr};
  return peer_take != nullptr && peer_give != nullptr;
}

// -- std::pmr: pools of up to 256 MiB over new and delete, which is as far as its options go

std::pmr::memory_resource& Pools() {
  static std::pmr::synchronized_pool_resource pools({0, std::size_t{1} << 28});
  return pools;
}

void* PmrTake(std::size_t bytes) {
  try {
    return Pools().allocate(bytes, 64);
  } catch (const std::bad_alloc&) {
    return nullptr;
  }
}

void PmrGive(void* block, std::size_t bytes) { Pools().deallocate(block, bytes, 64); }

}  // namespace

const std::vector<std::string>& CandidateNames() {
  static const std::vector<std::string> names = {"matrix",   "glibc", "jemalloc", "tcmalloc",
                                                 "mimalloc", "tbb",   "pmr"};
  return names;
}

bool Choose(const std::string& name) {
  if (name == "matrix") {
    chosen = {name, MatrixTake, MatrixGive, MatrixTakeWaiting};
    return true;
  }
  if (name == "pmr") {
    chosen = {name, PmrTake, PmrGive, nullptr};
    return true;
  }
  if (name == "floor_futex") {
    chosen = {name, [](std::size_t) -> void* { return nullptr; }, [](void*, std::size_t) {},
              nullptr};
    return true;
  }
  for (const Peer& peer : kPeers) {
    if (name == peer.name) return LoadPeer(peer);
  }
  std::fprintf(stderr, "no candidate is called \"%s\"\n", name.c_str());
  return false;
}

const Candidate& Chosen() { return chosen; }

}  // namespace bench
