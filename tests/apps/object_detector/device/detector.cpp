// "Detects" the brightest pixel of each picture and cuts out its neighbourhood.
#include "../host/crop.h"
#include "hiaiengine/api.h"

using namespace std;
using namespace hiai;

typedef BatchImagePara<uint8_t> Batch;
typedef Rectangle<Point2D> Box;
typedef BatchDetectedObjectPara<Box, float> Objects;

// There already; applications register it all the same.
HIAI_REGISTER_TEMPLATE_DATA_TYPE("BatchImagePara_uint8_t", BatchImagePara, uint8_t)

class Detector : public Engine {
 public:
  HIAI_StatusT Init(const AIConfig& config, const vector<AIModelDescription>& models) override {
    return models.size() == 1 && models[0].path() == "./detector.om" ? HIAI_OK : HIAI_ERROR;
  }
  HIAI_DEFINE_PROCESS(2, 3)

 private:
  HIAI_StatusT Cut(const ImageData<uint8_t>& image, const Point2D& spot, uint32_t frame) {
    const uint32_t side = 64;
    shared_ptr<Crop> crop = make_shared<Crop>();
    crop->info.frame_ID = frame;
    crop->img.width = crop->img.height = side;
    crop->img.size = side * side;
    crop->img.data = NewPicture(crop->img.size);
    if (crop->img.data == nullptr) {
      return HIAI_GRAPH_NO_MEMORY;
    }
    for (uint32_t y = 0; y < side; ++y) {
      for (uint32_t x = 0; x < side; ++x) {
        uint32_t row = min(spot.y + y, image.height - 1);
        uint32_t column = min(spot.x + x, image.width - 1);
        crop->img.data.get()[y * side + x] = image.data.get()[row * image.width + column];
      }
    }
    return SendData(1, "Crop", crop);
  }
};

HIAI_IMPL_ENGINE_PROCESS("Detector", Detector, 2) {
  if (arg1 != nullptr) {
    // A picture in DVPP memory of the host, as programs of the 200 DK send it: back unchanged.
    shared_ptr<Crop> crop = static_pointer_cast<Crop>(arg1);
    shared_ptr<RawDataBuffer> raw = make_shared<RawDataBuffer>();
    raw->len_of_byte = crop->img.size;
    raw->data = crop->img.data;
    return SendData(2, "RawDataBuffer", raw);
  }
  shared_ptr<Batch> batch = static_pointer_cast<Batch>(arg0);
  shared_ptr<Objects> objects = make_shared<Objects>();
  objects->b_info = batch->b_info;
  for (size_t i = 0; i < batch->v_img.size(); ++i) {
    const ImageData<uint8_t>& image = batch->v_img[i];
    const uint8_t* begin = image.data.get();
    uint32_t at = max_element(begin, begin + image.size) - begin;
    Point2D spot;
    spot.x = at % image.width;
    spot.y = at / image.width;
    Box box;
    box.anchor_lt = spot;
    box.anchor_rb.x = spot.x + 64;
    box.anchor_rb.y = spot.y + 64;
    ObjectLocation<Box, float> location;
    location.v_obj_id.push_back(i);
    location.range.push_back(box);
    location.confidence.push_back(begin[at] / 255.0f);
    objects->v_location.push_back(location);
    HIAI_StatusT ret = Cut(image, spot, batch->b_info.frame_ID[i]);
    if (ret != HIAI_OK) {
      HIAI_ENGINE_LOG(this, ret, "no crop of image %d");
      return ret;
    }
  }
  return SendData(0, "BatchDetectedObjectPara_Rectangle_Point2D_float", objects);
}
