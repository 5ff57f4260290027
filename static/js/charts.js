// Draws <figure data-chart="KIND"> from its own <table> into its .fig-box; without script the table is what one reads.
// Columns headed th.n are series, the first column holds the names; td[data-axis] adds its text under the name.
//   hours   stacked columns, the last series a dashed line (last year)
//   bars    a bar beside each name, one for each series
//   radar   one line for each series; data-min, data-max of the axis (0, 100)
//   curve   points joined, first column against the first series; data-x, data-y, data-label mark one point
// Tooltips are rich text on the canvas: HTML tooltips carry inline styles, which the Content-Security-Policy refuses.
(function () {
  'use strict';
  const library = document.currentScript.dataset.echarts;
  let isOnItsWay = false;

  function colour(name) { return getComputedStyle(document.documentElement).getPropertyValue('--' + name).trim(); }
  function number(text) {
    const value = parseFloat(text.replace(/[^\d.-]/g, ''));
    return isNaN(value) ? null : value;
  }

  function read(table) {
    const rows = Array.from(table.tBodies[0].rows);
    const heads = Array.from(table.tHead.rows[0].cells);
    return {
      names: rows.map(function (row) {
        const note = row.querySelector('[data-axis]');
        return row.cells[0].textContent.trim() + (note && note.textContent.trim() ? '\n' + note.textContent.trim() : '');
      }),
      series: heads.filter(function (head) { return head.classList.contains('n'); }).map(function (head) {
        return {
          name: head.textContent.trim(),
          data: rows.map(function (row) { return number(row.cells[head.cellIndex].textContent); })
        };
      })
    };
  }

  // The look of the first to the fourth series; the same in every kind.
  function looks() {
    return [
      { fill: colour('accent'), line: colour('accent'), type: 'solid', symbol: 'circle', shade: .14 },
      { fill: colour('pale'), line: colour('past'), type: 'dashed', symbol: 'rect', shade: 0 },
      { fill: colour('ink-2'), line: colour('ink-2'), type: 'dotted', symbol: 'triangle', shade: 0 },
      { fill: colour('ok'), line: colour('ok'), type: 'solid', symbol: 'diamond', shade: 0 }
    ];
  }
  function labels() { return { color: colour('ink-3'), fontSize: 12 }; }
  function rule() { return { lineStyle: { color: colour('line') } }; }
  function axisLine() { return { show: true, lineStyle: { color: colour('line-2') } }; }
  function tooltip(trigger) {
    return {
      trigger: trigger, renderMode: 'richText', backgroundColor: colour('surface'), borderColor: colour('line-2'),
      textStyle: { color: colour('ink'), fontSize: 13 }
    };
  }
  function bar(series, look, stack) {
    return {
      name: series.name, type: 'bar', stack: stack, data: series.data, barMaxWidth: 30,
      itemStyle: { color: look.fill, borderColor: look.line, borderWidth: 1 }
    };
  }

  const kinds = {
    hours: function (table) {
      const look = looks();
      const last = table.series[table.series.length - 1];
      const line = {
        name: last.name, type: 'line', data: last.data, symbol: 'circle', symbolSize: 5,
        lineStyle: { type: 'dashed', width: 2, color: colour('past') }, itemStyle: { color: colour('past') }
      };
      return {
        grid: { left: 44, right: 12, top: 16, bottom: 40 },
        tooltip: tooltip('axis'),
        xAxis: { type: 'category', data: table.names, axisTick: { show: false }, axisLine: axisLine(), axisLabel: labels() },
        yAxis: { type: 'value', splitNumber: 4, axisLabel: labels(), splitLine: rule() },
        series: table.series.slice(0, -1).map(function (s, i) { return bar(s, look[i], 'now'); }).concat(line)
      };
    },

    bars: function (table, figure, box) {
      const look = looks();
      box.style.height = Math.max(160, 48 + table.names.length * (14 + 20 * table.series.length)) + 'px';
      return {
        grid: { left: 8, right: 24, top: 8, bottom: 8, containLabel: true },
        tooltip: tooltip('axis'),
        xAxis: { type: 'value', axisLabel: labels(), splitLine: rule() },
        yAxis: {
          type: 'category', inverse: true, data: table.names, axisTick: { show: false }, axisLine: axisLine(),
          axisLabel: { color: colour('ink-2'), fontSize: 13, width: 120, overflow: 'break' }
        },
        series: table.series.map(function (s, i) { return bar(s, look[i]); })
      };
    },

    radar: function (table, figure) {
      const look = looks();
      const axis = { min: number(figure.dataset.min || '0'), max: number(figure.dataset.max || '100') };
      return {
        tooltip: tooltip('item'),
        legend: { bottom: 0, textStyle: { color: colour('ink-2'), fontSize: 12 }, itemWidth: 22 },
        radar: {
          indicator: table.names.map(function (name, i) {
            const value = table.series[0].data[i];
            return { name: name + '\n' + (value === null ? '–' : value.toFixed(2)), min: axis.min, max: axis.max };
          }),
          radius: '64%', center: ['50%', '48%'], splitNumber: 5, splitArea: { show: false },
          axisName: { color: colour('ink-2'), fontSize: 13, lineHeight: 18 },
          splitLine: { lineStyle: { color: colour('line-2') } }, axisLine: rule()
        },
        series: [{
          type: 'radar',
          data: table.series.map(function (s, i) {
            const l = look[i];
            return {
              name: s.name, value: s.data, symbol: l.symbol, symbolSize: 7, itemStyle: { color: l.line },
              lineStyle: { color: l.line, type: l.type, width: i ? 2 : 2.5 }, areaStyle: { opacity: l.shade, color: l.line }
            };
          })
        }]
      };
    },

    curve: function (table, figure) {
      const points = table.names.map(function (name, i) { return [number(name), table.series[0].data[i]]; });
      const mark = { x: number(figure.dataset.x || ''), y: number(figure.dataset.y || '') };
      return {
        grid: { left: 36, right: 24, top: 26, bottom: 26 },
        tooltip: tooltip('item'),
        xAxis: {
          type: 'value', max: Math.max(points[points.length - 1][0], mark.x || 0), axisLabel: labels(),
          splitLine: { show: false }, axisLine: axisLine()
        },
        yAxis: { type: 'value', max: 100, splitNumber: 2, axisLabel: labels(), splitLine: rule() },
        series: [
          {
            type: 'line', data: points, symbolSize: 6,
            lineStyle: { color: colour('past'), width: 2 }, itemStyle: { color: colour('past') }
          },
          {
            type: 'scatter', z: 5, data: mark.x === null ? [] : [[mark.x, mark.y]], symbolSize: 12,
            itemStyle: { color: colour('accent'), opacity: 1 },
            label: {
              show: true, position: 'top', formatter: figure.dataset.label || '', color: colour('ink'), fontSize: 13,
              fontWeight: 600
            }
          }
        ]
      };
    }
  };

  function draw(figure) {
    const box = figure.querySelector('.fig-box');
    const old = window.echarts.getInstanceByDom(box);
    if (old) old.dispose();
    const option = kinds[figure.dataset.chart](read(figure.querySelector('table')), figure, box);
    window.echarts.init(box).setOption(Object.assign(option, { animation: false, textStyle: { fontFamily: colour('font') } }));
  }

  function drawAll() {
    const figures = document.querySelectorAll('figure[data-chart]');
    if (!figures.length) return;
    if (window.echarts) return figures.forEach(draw);
    if (isOnItsWay) return;
    isOnItsWay = true;
    const script = document.createElement('script');
    script.src = library;
    script.onload = drawAll;
    document.head.append(script);
  }

  drawAll();
  document.addEventListener('themechange', drawAll);
  document.addEventListener('htmx:afterSettle', drawAll);
  addEventListener('resize', function () {
    document.querySelectorAll('.fig-box').forEach(function (box) {
      const chart = window.echarts && window.echarts.getInstanceByDom(box);
      if (chart) chart.resize();
    });
  });
}());
