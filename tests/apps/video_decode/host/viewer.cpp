// The hooks of both messages and the last engine of the stream.
#include <hiaiengine/ai_memory.h>
#include <hiaiengine/c_graph.h>
#include <hiaiengine/engine.h>

#include "frame.h"

using namespace std;

extern void ShowPicture(const PictureOut& picture);

// The struct goes as it is, pointers and all; the device reads the numbers only.
static void PackFrame(void* input, string& ctrl, uint8_t*& data, uint32_t& length) {
  FrameIn* frame = (FrameIn*)input;
  ctrl = string((char*)frame, sizeof(FrameIn));
  data = frame->luma.get();
  length = frame->luma_size + frame->chroma_size;
}

static shared_ptr<void> NoFrames(const char*, const uint32_t&, const uint8_t*, const uint32_t&) {
  return nullptr;
}

HIAI_REGISTER_SERIALIZE_FUNC("VideoFrame", FrameIn, PackFrame, NoFrames)

static void NoPictures(void*, string&, uint8_t*&, uint32_t&) {}

static shared_ptr<void> UnpackPicture(const char* ctrl, const uint32_t& ctrl_length,
                                      const uint8_t* data, const uint32_t& length) {
  // What arrives is the head that the device wrote: seq, size, last.
  struct Head {
    uint32_t seq, size, last;
  };
  if (ctrl == nullptr || ctrl_length < sizeof(Head)) {
    return nullptr;
  }
  const Head* head = (const Head*)ctrl;
  auto picture = make_shared<PictureOut>();
  picture->seq = head->seq;
  picture->size = head->size;
  picture->last = head->last != 0;
  picture->pixels.reset((uint8_t*)data, HIAI_DFree);
  return picture;
}

HIAI_REGISTER_SERIALIZE_FUNC("DecodedPicture", PictureOut, NoPictures, UnpackPicture)

class Viewer : public hiai::Engine {
  HIAI_DEFINE_PROCESS(1, 1)
};

HIAI_IMPL_ENGINE_PROCESS("Viewer", Viewer, 1) {
  ShowPicture(*static_pointer_cast<PictureOut>(arg0));
  return HIAI_OK;
}
