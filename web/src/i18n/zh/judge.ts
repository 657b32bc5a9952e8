import type en from "../en/judge";

const words: Record<keyof typeof en, string> = {
  "judge.title": "评测",
  "judge.new": "评测模型",
  "judge.data": "对照数据集",
  "judge.no_model": "这里没有能生成图片的模型。请先训练一个。",
  "judge.no_data": "这里没有数据集。请先在“训练”中提供图片。",
  "judge.unfit": "模型生成 {model} 的图片，而数据集是 {data}（宽 × 高 × 通道）：测得的结果意义不大，也可能被拒绝。",
  "judge.about": "用模型的 2,000 张图片与它没见过的图片比较：质量、多样性、抄袭、似然与开销，并给出区间。需要几分钟。",
  "judge.start": "开始评测",
  "judge.running": "进行中",
  "judge.judged": "已评测的模型",
  "judge.judged.none": "还没有。",
  "judge.recipe": "配方",
  "judge.open": "查看",
  "judge.report": "{model} 的报告",
  "judge.none": "还没有评测过模型",
  "judge.none.about": "选择模型和它学习过的图片，然后开始评测。报告会说明模型的好坏，以及它是否抄袭训练图片。",
};

export default words;
