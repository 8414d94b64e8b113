// Attributes, evaluations and classes of objects of hiaiengine/data_type.h, which is what to
// include.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "hiaiengine/internal/data_type_archive.h"
#include "hiaiengine/internal/data_type_image.h"

namespace hiai {

/// @brief A value of an attribute with its score.
template <class T>
struct Attribute {
  std::string attr_value;  ///< the value
  T score;                 ///< how sure it is
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, Attribute<T>& value) {
  openmatrix::archive::Members(ar, value.attr_value, value.score);
}

/// @brief The likeliest values of each attribute of an object.
template <class T>
struct AttributeTopN {
  uint32_t obj_ID;                                            ///< the object
  std::map<std::string, std::vector<Attribute<T>>> attr_map;  ///< by name of the attribute
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, AttributeTopN<T>& value) {
  openmatrix::archive::Members(ar, value.obj_ID, value.attr_map);
}

/// @brief The attributes of objects.
template <class T>
struct AttributeVec {
  std::vector<AttributeTopN<T>> obj_attr;  ///< per object
};

/// @brief Archives the member.
template <class Archive, class T>
void serialize(Archive& ar, AttributeVec<T>& value) {
  openmatrix::archive::Members(ar, value.obj_attr);
}

/// @brief The attributes of the objects in a frame.
template <class T>
struct AttributeResultPara {
  FrameInfo f_info;      ///< of the picture
  AttributeVec<T> attr;  ///< of its objects
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, AttributeResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.f_info, value.attr);
}

/// @brief The attributes of the objects in the frames of a batch.
template <class T>
struct BatchAttributeResultPara {
  BatchInfo b_info;                     ///< of the pictures
  std::vector<AttributeVec<T>> v_attr;  ///< per picture
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, BatchAttributeResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.b_info, value.v_attr);
}

/// @brief A judgement of an object.
template <class T>
struct EvaluationResult {
  uint32_t obj_ID;          ///< the object
  std::string description;  ///< the judgement
  T score;                  ///< how sure it is
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, EvaluationResult<T>& value) {
  openmatrix::archive::Members(ar, value.obj_ID, value.description, value.score);
}

/// @brief Judgements of objects.
template <class T>
struct EvaluationResultVec {
  std::vector<EvaluationResult<T>> result;  ///< the judgements
};

/// @brief Archives the member.
template <class Archive, class T>
void serialize(Archive& ar, EvaluationResultVec<T>& value) {
  openmatrix::archive::Members(ar, value.result);
}

/// @brief Judgements of the objects in a frame.
template <class T>
struct EvaluationResultPara {
  FrameInfo f_info;               ///< of the picture
  EvaluationResultVec<T> result;  ///< of its objects
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, EvaluationResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.f_info, value.result);
}

/// @brief Judgements of the objects in the frames of a batch.
template <class T>
struct BatchEvaluationResultPara {
  BatchInfo b_info;                              ///< of the pictures
  std::vector<EvaluationResultVec<T>> v_result;  ///< per picture
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, BatchEvaluationResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.b_info, value.v_result);
}

/// @brief A class with its score.
template <class T>
struct Classification {
  std::string class_value;  ///< the class
  T score;                  ///< how sure it is
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, Classification<T>& value) {
  openmatrix::archive::Members(ar, value.class_value, value.score);
}

/// @brief The likeliest classes of an object.
template <class T>
struct ClassificationTopN {
  uint32_t obj_ID;                              ///< the object
  std::vector<Classification<T>> class_result;  ///< its classes
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, ClassificationTopN<T>& value) {
  openmatrix::archive::Members(ar, value.obj_ID, value.class_result);
}

/// @brief The classes of objects.
template <class T>
struct ClassificationVec {
  std::vector<ClassificationTopN<T>> class_list;  ///< per object
};

/// @brief Archives the member.
template <class Archive, class T>
void serialize(Archive& ar, ClassificationVec<T>& value) {
  openmatrix::archive::Members(ar, value.class_list);
}

/// @brief The classes of the objects in a frame.
template <class T>
struct ClassificationResultPara {
  FrameInfo f_info;                     ///< of the picture
  ClassificationVec<T> classification;  ///< of its objects
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, ClassificationResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.f_info, value.classification);
}

/// @brief The classes of the objects in the frames of a batch.
template <class T>
struct BatchClassificationResultPara {
  BatchInfo b_info;                           ///< of the pictures
  std::vector<ClassificationVec<T>> v_class;  ///< per picture
};

/// @brief Archives the members in their order.
template <class Archive, class T>
void serialize(Archive& ar, BatchClassificationResultPara<T>& value) {
  openmatrix::archive::Members(ar, value.b_info, value.v_class);
}

}  // namespace hiai
