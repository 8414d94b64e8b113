// picture_store: pictures go to the device in every way in which applications own their memory.
//
// Shows: AUTO_FREE with a deleter that does nothing, AUTO_FREE with HIAI_DFree as deleter,
// MANUAL_FREE with HIAI_DFree, one buffer in several shared_ptr, ordinary memory that is freed
// right after SendData, failed sends; a hook that takes the pixels out of the object while it
// archives; one message to two engines; a cereal type with pool memory in it; pictures kept in a
// cache whose deleters run long after the framework has freed the buffers.
#include <libgen.h>
#include <unistd.h>

#include "hiaiengine/api.h"
#include "hiaiengine/c_graph.h"
#include "ledger.h"
#include "openmatrix/stats.h"
#include "picture.h"

using namespace std;
using hiai::EnginePortID;
using hiai::Graph;
using hiai::HIAIMemory;

static const uint32_t kRounds = 8;
static vector<shared_ptr<uint8_t>> g_cache;  // pictures that we keep after they were sent

static string Line(uint32_t graph, const char* what, uint32_t id, uint8_t* data, uint32_t size) {
  return to_string(graph) + " " + what + " " + to_string(id) + " " +
         to_string(Checksum(data, size));
}

static uint8_t* Fill(uint8_t* data, uint32_t id, uint32_t size) {
  for (uint32_t i = 0; i < size; ++i) {
    data[i] = static_cast<uint8_t>(id * 7 + i * i);
  }
  return data;
}

static uint8_t* Allocate(uint32_t size, uint32_t flag) {
  void* data = nullptr;
  if (HIAIMemory::HIAI_DMalloc(size, data, hiai::MALLOC_DEFAULT_TIME_OUT, flag) != HIAI_OK) {
    return nullptr;
  }
  return static_cast<uint8_t*>(data);
}

// Sends, and expects an answer from each of `times` stores.
static HIAI_StatusT Send(EnginePortID port, uint32_t id, uint32_t size, shared_ptr<uint8_t> data,
                         int times) {
  auto picture = make_shared<Picture>();
  picture->id = id;
  picture->size = size;
  picture->note = "picture " + to_string(id);
  picture->data = data;
  string line = Line(port.graph_id, "picture", id, data.get(), size);
  data.reset();
  HIAI_StatusT ret = Graph::GetInstance(port.graph_id)->SendData(port, "Picture", picture);
  if (ret == HIAI_OK) {
    LedgerBook::Get().Expect(line, times);
  }
  return ret;
}

static bool SendOne(uint32_t id) {
  EnginePortID store = {1 + id % 2, 20, 0};
  EnginePortID feeder = {1, 10, 0};
  uint32_t size = 30000 + id * 100;
  void (*nothing)(void*) = [](void*) {};
  shared_ptr<uint8_t> pooled(Fill(Allocate(size, MEMORY_ATTR_AUTO_FREE), id, size), nothing);
  bool good = Send(store, id, size, pooled, 1) == HIAI_OK;

  shared_ptr<uint8_t> late(Fill(Allocate(size, hiai::HIAI_MEMORY_ATTR_ATUO_FREE), ++id, size),
                           HIAIMemory::HIAI_DFree);
  good &= Send(store, id, size, late, 1) == HIAI_OK;
  g_cache.push_back(late);

  shared_ptr<uint8_t> manual(Fill(Allocate(size, hiai::HIAI_MEMORY_ATTR_MANUAL_FREE), ++id, size),
                             HIAI_DFree);
  good &= Send(store, id, size, manual, 1) == HIAI_OK;

  uint8_t* heap = Fill(static_cast<uint8_t*>(malloc(size)), ++id, size);
  good &= Send(store, id, size, shared_ptr<uint8_t>(heap, nothing), 1) == HIAI_OK;
  memset(heap, 0, size);
  free(heap);

  // The deleter runs on a thread of the engine, after both stores have got theirs.
  shared_ptr<uint8_t> both(Fill(Allocate(size, 2), ++id, size), HIAIMemory::HIAI_DFree);
  good &= Send(feeder, id, size, both, 2) == HIAI_OK;
  return good;
}

// A failed send leaves the buffer to us.
static bool SendToNobody() {
  EnginePortID nobody = {1, 99, 0};
  uint8_t* data = Fill(Allocate(1000, MEMORY_ATTR_AUTO_FREE), 0, 1000);
  HIAI_StatusT ret = Send(nobody, 0, 1000, shared_ptr<uint8_t>(data, [](uint8_t*) {}), 0);
  return ret == HIAI_GRAPH_ENGINE_NOT_EXIST && HIAIMemory::HIAI_DFree(data) == HIAI_OK;
}

// One buffer, one shared_ptr with HIAI_DFree per graph: the second free must do nothing.
static bool SendThumbs(uint32_t id) {
  const uint32_t size = 5000;
  uint8_t* data = Fill(Allocate(size, MEMORY_ATTR_AUTO_FREE), id, size);
  vector<shared_ptr<Thumb>> thumbs;
  bool good = true;
  for (uint32_t graph = 1; graph <= 2; ++graph) {
    auto thumb = make_shared<Thumb>();
    thumb->id = id;
    thumb->size = size;
    thumb->data.reset(data, HIAI_DFree);
    thumbs.push_back(thumb);
    LedgerBook::Get().Expect(Line(graph, "thumb", id, data, size), 1);
    EnginePortID port = {graph, 20, 1};
    good &= Graph::GetInstance(graph)->SendData(port, "Thumb", thumb) == HIAI_OK;
  }
  thumbs.clear();
  uint8_t* first = Allocate(size, MEMORY_ATTR_MANUAL_FREE);
  uint8_t* second = Allocate(size, MEMORY_ATTR_MANUAL_FREE);
  good &= first != nullptr && second != nullptr && first != second;
  return good && HIAI_DFree(first) == HIAI_OK && HIAI_DFree(second) == HIAI_OK;
}

// What the cache frees has long been freed by the framework: new pictures must not suffer.
static bool DropCache() {
  const uint32_t size = 30000;
  vector<uint8_t*> pictures;
  for (uint32_t id = 0; id < 60; ++id) {
    pictures.push_back(Fill(Allocate(size, MEMORY_ATTR_AUTO_FREE), id, size));
  }
  g_cache.clear();
  bool good = true;
  for (uint32_t id = 0; id < 60; ++id) {
    vector<uint8_t> expected(size);
    good &= memcmp(pictures[id], Fill(expected.data(), id, size), size) == 0;
    good &= HIAI_DFree(pictures[id]) == HIAI_OK;
  }
  return good;
}

static uint64_t LiveBlocks() {
  OpenmatrixMemoryStats stats = OpenmatrixMemoryStats();
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  openmatrix_get_memory_stats(&stats);
  uint64_t live = 0;
  for (const OpenmatrixViewStats& view : stats.views) {
    live += view.live_blocks;
  }
  return live;
}

int main(int argc, char* argv[]) {
  chdir(dirname(argv[0])) == 0 || (perror("chdir"), exit(2), false);
  HIAI_Init(0);
  if (Graph::CreateGraph("./graph.prototxt") != HIAI_OK) {
    printf("picture_store: cannot start\n");
    return 1;
  }
  bool good = SendToNobody();
  for (uint32_t round = 0; good && round < kRounds; ++round) {
    good = SendOne(round * 101) && SendThumbs(round);
  }
  for (int tries = 0; good && LedgerBook::Get().Open() != 0 && tries < 40000; ++tries) {
    usleep(1000);
  }
  good = good && DropCache();
  Graph::DestroyGraph(2);
  Graph::DestroyGraph(1);
  if (!good || LedgerBook::Get().Open() != 0 || LiveBlocks() != 0) {
    printf("picture_store: sends %s, %zu entries open, %lu blocks left\n", good ? "good" : "bad",
           LedgerBook::Get().Open(), LiveBlocks());
    return 1;
  }
  printf("picture_store: %u rounds, every byte arrived\n", kRounds);
  return 0;
}
