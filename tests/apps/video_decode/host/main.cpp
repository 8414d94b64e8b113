// video_decode: a stream of frames to the device, pictures back, an empty frame ends it.
//
// Shows: control strings that are images of a struct, shared_ptr members and zeros included; types
// that differ between the sides; two buffers in one block; AUTO_FREE memory whose pointer has a
// deleter that does nothing, so that the framework must free; received memory given back with
// ReleaseDataBuffer (device) and HIAI_DFree (host); an entry engine on the device.
#include <libgen.h>
#include <unistd.h>

#include <atomic>

#include "frame.h"
#include "hiaiengine/ai_memory.h"
#include "hiaiengine/api.h"
#include "openmatrix/stats.h"

using namespace std;

static const uint32_t kLuma = 96 * 1024 + 4, kChroma = kLuma / 2, kFrames = 24;
static atomic<bool> g_end(false);
static uint32_t g_next = 0, g_wrong = 0;

static uint8_t Luma(uint32_t seq, uint32_t i) { return static_cast<uint8_t>(seq * 31 + i); }
static uint8_t Chroma(uint32_t seq, uint32_t i) { return static_cast<uint8_t>(seq ^ (i >> 5)); }

void ShowPicture(const PictureOut& picture) {
  if (picture.last) {
    g_wrong += picture.seq != kFrames || picture.pixels != nullptr ? 1 : 0;
    g_end = true;
    return;
  }
  bool good = picture.seq == g_next++ && picture.size == kLuma && !g_end;
  for (uint32_t i = 0; good && i < kLuma; ++i) {
    uint8_t expected = Luma(picture.seq, i) + Chroma(picture.seq, i / 2);
    good = picture.pixels.get()[i] == expected;
  }
  g_wrong += good ? 0 : 1;
}

static shared_ptr<FrameIn> MakeFrame(uint32_t seq) {
  shared_ptr<FrameIn> frame = make_shared<FrameIn>();
  frame->channel = 5;
  frame->seq = seq;
  frame->luma_size = frame->chroma_size = 0;
  if (seq == kFrames) {
    return frame;  // the end of the stream
  }
  uint8_t* buffer = nullptr;
  // The decoder wants room behind the frame, which nobody writes.
  HIAI_StatusT ret = hiai::HIAIMemory::HIAI_DMalloc(kLuma + kChroma + 128, (void*&)buffer, 1000);
  if (ret != HIAI_OK || buffer == nullptr) {
    return nullptr;
  }
  for (uint32_t i = 0; i < kLuma; ++i) buffer[i] = Luma(seq, i);
  for (uint32_t i = 0; i < kChroma; ++i) buffer[kLuma + i] = Chroma(seq, i);
  frame->luma_size = kLuma;
  frame->chroma_size = kChroma;
  frame->luma.reset(buffer, [](uint8_t*) {});
  frame->chroma.reset(buffer + kLuma, [](uint8_t*) {});
  return frame;
}

// What no application could see on a board: blocks that nobody will free.
static uint64_t LiveBlocks() {
  OpenmatrixMemoryStats stats = {};
  stats.size = sizeof stats;
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  openmatrix_get_memory_stats(&stats);
  uint64_t live = 0;
  for (const OpenmatrixViewStats& view : stats.views) live += view.live_blocks;
  return live;
}

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) return 2;
  void* empty = nullptr;
  if (hiai::HIAIMemory::HIAI_DMalloc(0, empty, 1000) == HIAI_OK) {
    printf("video_decode: an empty file got memory\n");
    return 1;
  }
  if (HIAI_Init(0) != HIAI_OK || hiai::Graph::CreateGraph("graph.config") != HIAI_OK) {
    printf("video_decode: cannot start\n");
    return 1;
  }
  shared_ptr<hiai::Graph> graph = hiai::Graph::GetInstance(100);
  hiai::EnginePortID decoder = {100, 1000, 0};
  for (uint32_t seq = 0; seq <= kFrames; ++seq) {
    shared_ptr<FrameIn> frame = MakeFrame(seq);
    if (!frame || graph->SendData(decoder, "VideoFrame", frame) != HIAI_OK) {
      printf("video_decode: frame %u lost\n", seq);
      return 1;
    }
  }
  for (int tries = 0; !g_end && tries < 40000; ++tries) usleep(1000);
  graph->DestroyGraph(100);
  uint64_t live = LiveBlocks();
  if (!g_end || g_next != kFrames || g_wrong != 0 || live != 0) {
    printf("video_decode: %u pictures, %u wrong, %lu blocks left\n", g_next, g_wrong, live);
    return 1;
  }
  printf("video_decode: %u pictures of %u bytes\n", g_next, kLuma);
  return 0;
}
