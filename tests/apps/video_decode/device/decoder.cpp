// The device half. Types of its own: a frame that came from the host, a picture that goes there.
#include <hiaiengine/ai_memory.h>
#include <hiaiengine/engine.h>

#include "hiaiengine/data_type_reg.h"

using namespace std;
using namespace hiai;

// How the host's struct begins.
struct RawFrame {
  uint32_t channel, seq, luma_size, chroma_size;
};

struct StreamFrame {
  StreamFrame() : decoded(false) {}
  string name;
  RawFrame raw;
  bool decoded;
  shared_ptr<uint8_t> chroma;
  shared_ptr<uint8_t> luma;
};

struct Picture {
  uint32_t seq, size, last;
  uint8_t* pixels;
};

static shared_ptr<void> UnpackFrame(const char* ctrl, const uint32_t& ctrl_length,
                                    const uint8_t* data, const uint32_t& length) {
  if (ctrl == nullptr) {
    return nullptr;
  }
  shared_ptr<StreamFrame> frame = make_shared<StreamFrame>();
  frame->raw = *(RawFrame*)ctrl;
  frame->name = "frame " + to_string(frame->raw.seq) + " of channel " + to_string(ctrl_length);
  frame->luma.reset((uint8_t*)data, Graph::ReleaseDataBuffer);
  frame->chroma.reset((uint8_t*)data + frame->raw.luma_size, [](uint8_t*) {});
  return static_pointer_cast<void>(frame);
}

static void PackFrame(void*, string&, uint8_t*&, uint32_t&) {}
HIAI_REGISTER_SERIALIZE_FUNC("VideoFrame", StreamFrame, PackFrame, UnpackFrame)

static void PackPicture(void* input, string& ctrl, uint8_t*& data, uint32_t& length) {
  Picture* picture = (Picture*)input;
  ctrl.assign((char*)picture, 3 * sizeof(uint32_t));
  data = picture->pixels;
  length = picture->size;
}
static shared_ptr<void> UnpackPicture(const char*, const uint32_t&, const uint8_t*,
                                      const uint32_t&) {
  return nullptr;
}
HIAI_REGISTER_SERIALIZE_FUNC("DecodedPicture", Picture, PackPicture, UnpackPicture)

class Decoder : public Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Decoder", Decoder, 1) {
  shared_ptr<StreamFrame> frame = static_pointer_cast<StreamFrame>(arg0);
  const RawFrame& raw = frame->raw;
  shared_ptr<Picture> picture = make_shared<Picture>();
  picture->seq = raw.seq;
  picture->last = raw.luma_size == 0 ? 1 : 0;
  picture->size = 0;
  picture->pixels = nullptr;
  if (!picture->last) {
    // "Decoding": each byte of the picture is luma plus chroma.
    void* buffer = nullptr;
    HIAI_StatusT ret = HIAIMemory::HIAI_DMalloc(raw.luma_size, buffer, 1000);
    if (ret != HIAI_OK || buffer == nullptr) {
      HIAI_ENGINE_LOG(HIAI_GRAPH_NO_MEMORY, "no memory for %s", frame->name.c_str());
      return HIAI_ERROR;
    }
    picture->pixels = (uint8_t*)buffer;
    picture->size = raw.luma_size;
    for (uint32_t i = 0; i < raw.luma_size; ++i) {
      picture->pixels[i] = frame->luma.get()[i] + frame->chroma.get()[i / 2];
    }
    frame->decoded = true;
  }
  HIAI_StatusT ret;
  do {
    ret = SendData(0, "DecodedPicture", picture);
  } while (ret == HIAI_QUEUE_FULL);
  if (ret != HIAI_OK && picture->pixels != nullptr) {
    HIAIMemory::HIAI_DFree(picture->pixels);
  }
  return ret;
}
