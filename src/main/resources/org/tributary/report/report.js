// Draws the plots of the page from the JSON in #plots. The numbers are in the tables, too.
(function () {
  'use strict';

  // Colours that people with each kind of colour blindness can tell apart (after Okabe and Ito),
  // with at least 3:1 against the page; symbols and dashes tell the same.
  var THEMES = {
    light: {
      colors: ['#0068a8', '#b84a00', '#00795a', '#a8457f', '#7a6200', '#3f4fae', '#8c2f39', '#4d6b1f', '#5c5c5c'],
      ink: '#1b2430', soft: '#4f5b69', rule: '#d5dbe1', grey: '#7a8591', paper: '#ffffff'
    },
    dark: {
      colors: ['#5ab4f0', '#f28c4b', '#3fc79a', '#e08fc0', '#d9bf4a', '#9aa7f5', '#f0838d', '#a5c766', '#c0c0c0'],
      ink: '#e6ebf0', soft: '#aab4bf', rule: '#36414d', grey: '#8f9ba8', paper: '#12171d'
    }
  };
  var SYMBOLS = ['circle', 'rect', 'triangle', 'diamond', 'roundRect', 'pin', 'arrow'];
  var DASHES = ['solid', [7, 3], [2, 3], [9, 3, 2, 3], [12, 4], [4, 4, 1, 4]];
  var DECALS = [null, [45, 5], [-45, 5], [0, 5], [90, 5], [45, 9], [-45, 9], [0, 9], [90, 9]];
  // Without quotes, because ECharts writes them into the attributes of a saved SVG as they are.
  var FONT = 'system-ui, -apple-system, Segoe UI, Roboto, Noto Sans, Liberation Sans, Arial, sans-serif';

  var plots = JSON.parse(document.getElementById('plots').textContent);
  var dark = window.matchMedia('(prefers-color-scheme: dark)');

  function escape(text) {
    return echarts.format.encodeHTML(String(text));
  }

  // A score as the tables have it.
  function score(value) {
    var size = Math.abs(value);
    return value.toFixed(size < 10 ? 3 : size < 100 ? 2 : 0);
  }

  // A tick of an axis: as few digits as it needs.
  function tick(value) {
    return String(Number(Number(value).toPrecision(4)));
  }

  function color(theme, style) {
    return style < 0 ? theme.grey : theme.colors[style % theme.colors.length];
  }

  function symbol(style) {
    return style < 0 ? 'none' : SYMBOLS[style % SYMBOLS.length];
  }

  function dash(style) {
    return style < 0 ? [4, 4] : DASHES[style % DASHES.length];
  }

  function shorten(text, width) {
    var letters = Math.max(6, Math.floor(width / 6.5));
    return text.length > letters ? text.slice(0, letters - 1) + '…' : text;
  }

  function labelWidth(plot, width) {
    var longest = Math.max.apply(null, plot.y.categories.map(function (name) { return name.length; }));
    return Math.min(longest * 7 + 4, Math.floor(width * 0.32));
  }

  function legendHeight(names, width) {
    var rows = 1;
    var used = 0;
    names.forEach(function (name) {
      var item = shorten(name, 200).length * 7 + 48;
      if (used > 0 && used + item > width) {
        rows += 1;
        used = 0;
      }
      used += item;
    });
    return rows * 24 + 8;
  }

  function valueAxis(axis, theme, horizontal) {
    return {
      type: axis.log ? 'log' : 'value',
      name: axis.name,
      nameLocation: horizontal ? 'middle' : 'end',
      nameGap: horizontal ? 30 : 12,
      nameTextStyle: { color: theme.soft, align: horizontal ? 'center' : 'left', fontSize: 12 },
      scale: true,
      boundaryGap: horizontal || axis.log ? undefined : ['4%', '14%'],
      axisLabel: { color: theme.soft, hideOverlap: true, formatter: tick },
      axisLine: { show: true, lineStyle: { color: theme.rule } },
      axisTick: { show: false },
      splitLine: { lineStyle: { color: theme.rule, opacity: 0.6 } }
    };
  }

  // Rows from the top.
  function rowAxis(plot, theme, width) {
    var space = labelWidth(plot, width);
    return {
      type: 'category',
      inverse: true,
      data: plot.y.categories,
      axisLabel: { color: theme.ink, interval: 0, formatter: function (name) { return shorten(name, space); } },
      axisLine: { show: false },
      axisTick: { show: false },
      splitLine: { show: false }
    };
  }

  // Bands are stacked, which needs categories: every round from the first one to the last one.
  function roundAxis(plot, theme) {
    var last = 0;
    var first = Infinity;
    plot.series.forEach(function (s) {
      s.points.forEach(function (p) {
        first = Math.min(first, p[0]);
        last = Math.max(last, p[0]);
      });
    });
    var rounds = [];
    for (var round = first; round <= last; round += 1) {
      rounds.push(String(round));
    }
    return {
      type: 'category',
      boundaryGap: rounds.length === 1,
      data: rounds,
      name: plot.x.name,
      nameLocation: 'middle',
      nameGap: 30,
      nameTextStyle: { color: theme.soft, fontSize: 12 },
      axisLabel: { color: theme.soft, hideOverlap: true },
      axisLine: { lineStyle: { color: theme.rule } },
      axisTick: { show: false }
    };
  }

  function curves(plot, theme) {
    var series = [];
    plot.series.forEach(function (s, i) {
      var own = color(theme, s.style);
      var hasBand = s.points.some(function (p) { return p[3] > p[1]; });
      if (hasBand) {
        var hidden = { type: 'line', stack: 'band-' + i, symbol: 'none', silent: true, lineStyle: { opacity: 0 }, tooltip: { show: false }, z: 1 };
        series.push(Object.assign({}, hidden, { color: own, data: s.points.map(function (p) { return [String(p[0]), p[1]]; }) }));
        series.push(Object.assign({}, hidden, {
          color: own, areaStyle: { color: own, opacity: 0.16 },
          data: s.points.map(function (p) { return [String(p[0]), p[3] - p[1]]; })
        }));
      }
      series.push({
        name: s.name, type: 'line', color: own, z: 3,
        symbol: symbol(s.style), symbolSize: 7, showAllSymbol: true,
        lineStyle: { width: 2, type: dash(s.style) }, itemStyle: { color: own },
        data: s.points.map(function (p) { return [String(p[0]), p[2], p[1], p[3]]; }),
        tooltip: {
          formatter: function (at) {
            var v = at.value;
            var range = v[3] > v[2] ? '<br>seeds ' + score(v[2]) + ' to ' + score(v[3]) : '';
            return escape(s.name) + ', round ' + v[0] + ': ' + score(v[1]) + range;
          }
        }
      });
    });
    return series;
  }

  function scatter(plot, theme) {
    return plot.series.map(function (s) {
      var own = color(theme, s.style);
      return {
        name: s.name, type: s.line ? 'line' : 'scatter', color: own,
        symbol: symbol(s.style), symbolSize: s.line ? 9 : 14, showAllSymbol: true,
        lineStyle: { width: 1.5, type: dash(s.style) }, itemStyle: { color: own },
        z: s.style < 0 ? 1 : 3, silent: s.style < 0,
        data: s.points,
        label: s.names ? { show: true, position: 'top', color: theme.ink, formatter: function (at) { return s.names[at.dataIndex]; } } : undefined,
        labelLayout: { moveOverlap: 'shiftY' },
        tooltip: { formatter: function (at) { return escape(s.name) + ': ' + tick(at.value[0]) + ', ' + score(at.value[1]); } }
      };
    });
  }

  function intervals(plot, theme) {
    var series = [];
    plot.series.forEach(function (s) {
      var own = color(theme, s.style);
      var p = s.points[0];
      if (p[2] !== null) {
        series.push({
          type: 'line', color: own, silent: true, symbol: 'rect', symbolSize: [2, 12], z: 1,
          lineStyle: { width: 2, type: 'solid' }, data: [[p[2], p[1]], [p[3], p[1]]]
        });
      }
      series.push({
        name: s.name, type: 'scatter', color: own, symbol: symbol(s.style), symbolSize: 13, z: 3,
        data: [[p[0], p[1]]],
        label: { show: true, position: 'top', distance: 7, color: theme.ink, fontSize: 11, formatter: function () { return score(p[0]); } },
        tooltip: {
          formatter: function () {
            return escape(s.name) + ': ' + score(p[0]) + (p[2] === null ? '' : '<br>' + score(p[2]) + ' to ' + score(p[3]));
          }
        }
      });
    });
    return series;
  }

  function strips(plot, theme) {
    return plot.series.map(function (s) {
      var own = color(theme, s.style);
      return {
        name: s.name, type: 'scatter', color: own, symbol: symbol(s.style),
        symbolSize: s.points.length > 60 ? 7 : 11, itemStyle: { opacity: 0.75 },
        // A fixed pattern keeps clients with equal values apart.
        data: s.points.map(function (p, i) { return { value: p, symbolOffset: [0, ((i * 2) % 5 - 2) * 4] }; }),
        tooltip: { formatter: function (at) { return escape(s.name) + ', client ' + escape(s.names[at.dataIndex]) + ': ' + score(at.value[0]); } }
      };
    });
  }

  function bars(plot, theme) {
    return plot.series.map(function (s) {
      var lines = s.style < 0 ? null : DECALS[s.style % DECALS.length];
      return {
        name: s.name, type: 'bar', stack: 'rows', color: color(theme, s.style), barMaxWidth: 26,
        itemStyle: {
          borderColor: theme.paper, borderWidth: 0.5,
          decal: lines === null ? undefined : { symbol: 'rect', color: theme.paper, dashArrayX: [1, 0], dashArrayY: [1.2, lines[1]], rotation: lines[0] * Math.PI / 180, symbolSize: 1 }
        },
        data: s.points.map(function (p) { return p[0]; }),
        tooltip: { formatter: function (at) { return escape(at.name) + ', ' + escape(s.name) + ': ' + tick(at.value); } }
      };
    });
  }

  var DRAW = { CURVES: curves, SCATTER: scatter, INTERVALS: intervals, STRIPS: strips, BARS: bars };

  // Whether a logarithmic axis shows more than a linear one does.
  function isWide(plot) {
    var values = [];
    plot.series.forEach(function (s) {
      s.points.forEach(function (p) { values.push(p[0]); });
    });
    var least = Math.min.apply(null, values);
    return least > 0 && Math.max.apply(null, values) / least >= 20;
  }

  function option(plot, theme, width) {
    var rows = plot.y.categories;
    var withLegend = plot.kind === 'CURVES' || plot.kind === 'BARS' || (plot.kind === 'SCATTER' && !plot.series.some(function (s) { return s.names; }));
    var names = plot.series.map(function (s) { return s.name; });
    var legend = withLegend ? legendHeight(names, width) : 0;
    var base = {
      animation: false,
      backgroundColor: 'transparent',
      textStyle: { fontFamily: FONT, color: theme.ink },
      tooltip: { trigger: 'item', confine: true, backgroundColor: theme.paper, borderColor: theme.rule, textStyle: { color: theme.ink } },
      legend: withLegend
        ? { data: names, top: 0, left: 0, selectedMode: false, itemWidth: 30, itemGap: 12, textStyle: { color: theme.ink }, formatter: function (name) { return shorten(name, 200); } }
        : undefined,
      grid: { containLabel: true, left: 12, right: 18, top: legend + (rows ? 12 : 34), bottom: 34 },
      series: DRAW[plot.kind](plot, theme)
    };
    var x = plot.kind === 'CURVES' ? roundAxis(plot, theme) : valueAxis(plot.x, theme, true);
    if (plot.x.log && !isWide(plot)) {
      x.type = 'value';
    }
    if (plot.kind === 'BARS') {
      x.scale = false;
      x.max = 'dataMax';
    }
    base.yAxis = rows ? rowAxis(plot, theme, width) : valueAxis(plot.y, theme, false);
    base.xAxis = x;
    return { option: base, legend: legend };
  }

  function height(plot, width, legend) {
    var rows = plot.y.categories;
    return rows ? 70 + legend + rows.length * (plot.kind === 'BARS' ? 30 : 42) : Math.max(280, Math.min(380, width * 0.62)) + legend;
  }

  function draw(plot, theme, element, width) {
    var made = option(plot, theme, width);
    var size = { renderer: 'svg', width: width, height: height(plot, width, made.legend) };
    var old = echarts.getInstanceByDom(element);
    if (old) {
      old.dispose();
    }
    element.style.height = size.height + 'px';
    var chart = echarts.init(element, null, size);
    chart.setOption(made.option);
    var svg = element.querySelector('svg');
    svg.setAttribute('viewBox', '0 0 ' + size.width + ' ' + size.height);
    svg.setAttribute('aria-hidden', 'true');
  }

  function plotOf(id) {
    return plots.find(function (plot) { return plot.id === id; });
  }

  function elements() {
    return plots.map(function (plot) { return document.getElementById(plot.id); });
  }

  function screenTheme() {
    return dark.matches ? THEMES.dark : THEMES.light;
  }

  function drawForScreen() {
    elements().forEach(function (element) {
      draw(plotOf(element.id), screenTheme(), element, Math.max(200, element.clientWidth));
    });
  }

  function drawForPaper() {
    elements().forEach(function (element) { draw(plotOf(element.id), THEMES.light, element, 640); });
  }

  // A file of its own, for papers: light, with a fixed width.
  function save(plot) {
    var width = 760;
    var made = option(plot, THEMES.light, width);
    made.option.backgroundColor = '#ffffff';
    var chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: width, height: height(plot, width, made.legend) });
    chart.setOption(made.option);
    var link = document.createElement('a');
    link.href = URL.createObjectURL(new Blob([chart.renderToSVGString()], { type: 'image/svg+xml' }));
    link.download = plot.id + '.svg';
    link.click();
    URL.revokeObjectURL(link.href);
    chart.dispose();
  }

  document.querySelectorAll('button.save').forEach(function (button) {
    button.addEventListener('click', function () {
      save(plotOf(button.dataset.plot));
    });
  });

  dark.addEventListener('change', drawForScreen);
  window.addEventListener('beforeprint', drawForPaper);
  window.addEventListener('afterprint', drawForScreen);

  drawForScreen();
  var widths = new Map();
  var observer = new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      var width = Math.round(entry.contentRect.width);
      if (widths.has(entry.target) && widths.get(entry.target) !== width && !window.matchMedia('print').matches) {
        draw(plotOf(entry.target.id), screenTheme(), entry.target, Math.max(200, width));
      }
      widths.set(entry.target, width);
    });
  });
  elements().forEach(function (element) { observer.observe(element); });
})();
