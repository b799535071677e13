// Terms that all pages of rounds use, and how a page's words are found: in its
// own WORDS, else here, in each language pages can be read in. {name} is
// replaced by a value; of "one|many" the value `n` chooses. Names of outcomes'
// and reasons' words are those of every other report.

const TERMS = {
  en: {
    outcome_healthy: "healthy",
    outcome_degraded: "degraded",
    outcome_unhealthy: "unhealthy",
    outcome_unreachable: "unreachable",
    outcome_unknown: "unknown",
    outcome_skipped: "skipped",
    comma: ", ",
    semicolon: "; ",
    colon: ": ",
    and_more: "and {n} more",
    networks: "Networks",
    network: "Network",
    phase_other: "other",
    phase_dns: "dns",
    phase_connect: "connect",
    phase_tls: "tls",
    phase_wait: "wait",
    phase_receive: "receive",
    tags: "Tags",
    certificate: "Certificate ends",
    in_days: "in {n} day|in {n} days",
    days_ago: "{n} day ago|{n} days ago",
  },
  zh: {
    outcome_healthy: "正常",
    outcome_degraded: "降级",
    outcome_unhealthy: "异常",
    outcome_unreachable: "不可达",
    outcome_unknown: "未知",
    outcome_skipped: "已跳过",
    comma: "，",
    semicolon: "；",
    colon: "：",
    and_more: "另有 {n} 个",
    networks: "网络",
    network: "网络",
    phase_other: "其他",
    phase_dns: "解析",
    phase_connect: "连接",
    phase_tls: "TLS",
    phase_wait: "等待",
    phase_receive: "接收",
    tags: "标签",
    certificate: "证书到期",
    in_days: "{n} 天后",
    days_ago: "{n} 天前",
    reason_dns: "域名解析失败",
    reason_connect_refused: "连接被拒绝",
    reason_connect_unreachable: "网络不可达",
    reason_connect_timeout: "连接超时",
    reason_tls_timeout: "TLS 握手超时",
    reason_tls_handshake: "TLS 握手失败",
    reason_tls_certificate: "证书不可信",
    reason_first_byte_timeout: "首字节超时",
    reason_read_timeout: "读取超时",
    reason_reset: "连接被重置",
    reason_empty_reply: "空响应",
    reason_truncated: "响应不完整",
    reason_protocol: "协议错误",
    reason_too_large: "响应过大",
    reason_redirect: "重定向错误",
    reason_proxy: "代理错误",
    reason_status: "状态码不符",
    reason_header: "响应头不符",
    reason_body: "响应体不符",
    reason_too_slow: "响应过慢",
    reason_certificate_expiring: "证书即将到期",
    reason_slow: "响应较慢",
    reason_flaky: "重试后通过",
    reason_local: "本机故障",
    reason_cancelled: "已取消",
  },
};

let language = "en";

function chooseLanguage(name) {
  const short = String(name).toLowerCase().split(/[-_]/)[0];

  language = Object.hasOwn(WORDS, short) ? short : "en";
  document.documentElement.lang = language === "zh" ? "zh-CN" : language;
}

function hasWord(key) {
  return Object.hasOwn(WORDS[language], key) ||
    Object.hasOwn(TERMS[language], key);
}

function word(key, values = {}) {
  const text = WORDS[language][key] ?? TERMS[language][key] ??
    WORDS.en[key] ?? TERMS.en[key] ?? key;
  const forms = text.split("|");
  const form = forms.length > 1 && values.n !== 1 ? forms[1] : forms[0];

  return form.replace(/\{(\w+)\}/g, (whole, name) => {
    const value = values[name] ?? whole;
    return typeof value === "number" ? formatCount(value) : value;
  });
}

function outcomeWord(outcome) {
  return word("outcome_" + outcome);
}

// The word every report uses, where the language has none of its own.
function reasonWord(reason) {
  return hasWord("reason_" + reason) ? word("reason_" + reason) : reason;
}

function phaseWord(phase) {
  return word("phase_" + phase);
}
