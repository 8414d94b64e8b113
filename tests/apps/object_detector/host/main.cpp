// object_detector: pictures in the ready-made structures, results in the ready-made structures.
//
// Shows: data_type.h types that nobody registers (and one that the device registers again);
// RawDataBuffer; DVPP memory that the device allocates and sends to the host, and DVPP memory of
// the host; engines with three kinds of input; ai_model of the configuration; a custom command with
// the cross compiler instead of a second project.
#include <libgen.h>
#include <unistd.h>

#include <atomic>

#include "crop.h"
#include "hiaiengine/api.h"
#include "hiaiengine/data_type.h"
#include "openmatrix/stats.h"

using namespace std;
using namespace hiai;

static const uint32_t kBatches = 5, kImages = 3, kWidth = 320, kHeight = 240;
static atomic<uint32_t> g_objects(0), g_crops(0), g_raws(0), g_wrong(0);

static int SpotX(uint32_t frame) { return frame * 13 % 200; }
static int SpotY(uint32_t frame) { return frame * 7 % 150; }
static uint8_t Pixel(uint32_t frame, int x, int y) {
  return x == SpotX(frame) && y == SpotY(frame) ? 255 : (x + y * 3 + frame) % 200;
}

class Post : public Engine {
  HIAI_DEFINE_PROCESS(3, 1)

 private:
  bool Check(const BatchDetectedObjectPara<Rectangle<Point2D>, float>& objects) {
    bool good = objects.b_info.frame_ID.size() == kImages && objects.v_location.size() == kImages &&
                objects.b_info.max_batch_size == 9;
    for (size_t i = 0; good && i < kImages; ++i) {
      uint32_t frame = objects.b_info.frame_ID[i];
      const auto& location = objects.v_location[i];
      good = location.range.size() == 1 && location.confidence[0] == 1.0f &&
             location.v_obj_id[0] == i && location.range[0].anchor_lt.x == SpotX(frame) &&
             location.range[0].anchor_rb.y == SpotY(frame) + 64;
    }
    return good;
  }
  bool Check(const Crop& crop) {
    uint32_t frame = crop.info.frame_ID;
    bool good = crop.img.width == 64 && crop.img.size == 64 * 64;
    for (int i = 0; good && i < 64 * 64; i += 61) {
      int x = SpotX(frame) + i % 64, y = SpotY(frame) + i / 64;
      good = crop.img.data.get()[i] == Pixel(frame, x, y);
    }
    return good;
  }
};

HIAI_IMPL_ENGINE_PROCESS("Post", Post, 3) {
  if (arg0 != nullptr) {
    typedef BatchDetectedObjectPara<Rectangle<Point2D>, float> Objects;
    g_wrong += Check(*static_pointer_cast<Objects>(arg0)) ? 0 : 1;
    ++g_objects;
  } else if (arg1 != nullptr) {
    g_wrong += Check(*static_pointer_cast<Crop>(arg1)) ? 0 : 1;
    ++g_crops;
  } else {
    auto raw = static_pointer_cast<RawDataBuffer>(arg2);
    g_wrong += raw->len_of_byte == 5000 && raw->data.get()[4999] == 77 ? 0 : 1;
    ++g_raws;
  }
  return HIAI_OK;
}

static shared_ptr<BatchImagePara<uint8_t>> MakeBatch(uint32_t number) {
  auto batch = make_shared<BatchImagePara<uint8_t>>();
  batch->b_info.batch_size = kImages;
  batch->b_info.max_batch_size = 9;
  batch->b_info.batch_ID = number;
  batch->b_info.is_last = number + 1 == kBatches;
  for (uint32_t i = 0; i < kImages; ++i) {
    uint32_t frame = number * kImages + i;
    ImageData<uint8_t> image;
    image.format = Y8;
    image.width = image.width_step = kWidth;
    image.height = image.height_step = kHeight;
    image.channel = 1;
    image.size = kWidth * kHeight;
    image.data = NewPicture(image.size);
    if (image.data == nullptr) return nullptr;
    for (uint32_t p = 0; p < image.size; ++p) {
      image.data.get()[p] = Pixel(frame, p % kWidth, p / kWidth);
    }
    batch->b_info.frame_ID.push_back(frame);
    batch->v_img.push_back(image);
  }
  return batch;
}

static HIAI_StatusT SendPicture(shared_ptr<Graph> graph) {
  auto crop = make_shared<Crop>();
  crop->img.size = 5000;
  crop->img.data = NewPicture(crop->img.size);
  if (crop->img.data == nullptr) return HIAI_GRAPH_NO_MEMORY;
  memset_s(crop->img.data.get(), 5000, 77, 5000);
  EnginePortID port = {1000, 611, 1};
  return graph->SendData(port, "Crop", crop);
}

int main(int argc, char* argv[]) {
  if (chdir(dirname(argv[0])) != 0) return 2;
  HIAI_Init(0);
  if (Graph::CreateGraph("./graph.config") != HIAI_OK) {
    printf("object_detector: cannot start\n");
    return 1;
  }
  shared_ptr<Graph> graph = Graph::GetInstance(1000);
  EnginePortID detector = {1000, 611, 0};
  for (uint32_t number = 0; number < kBatches; ++number) {
    auto batch = MakeBatch(number);
    if (batch == nullptr || graph->SendData(detector, "BatchImagePara_uint8_t", batch) != HIAI_OK ||
        SendPicture(graph) != HIAI_OK) {
      printf("object_detector: batch %u lost\n", number);
      return 1;
    }
  }
  for (int tries = 0; tries < 40000; ++tries) {
    if (g_objects == kBatches && g_crops == kBatches * kImages && g_raws == kBatches) break;
    usleep(1000);
  }
  Graph::DestroyGraph(1000);
  OpenmatrixMemoryStats stats = OpenmatrixMemoryStats();
  stats.size = sizeof(stats);
  stats.version = OPENMATRIX_MEMORY_STATS_VERSION;
  openmatrix_get_memory_stats(&stats);
  uint64_t live = stats.views[0].live_blocks + stats.views[1].live_blocks;
  if (g_objects != kBatches || g_crops != kBatches * kImages || g_raws != kBatches ||
      g_wrong != 0 || live != 0) {
    printf("object_detector: %u results, %u crops, %u raw, %u wrong, %lu blocks left\n",
           g_objects.load(), g_crops.load(), g_raws.load(), g_wrong.load(), live);
    return 1;
  }
  printf("object_detector: %u results, %u crops\n", g_objects.load(), g_crops.load());
  return 0;
}
